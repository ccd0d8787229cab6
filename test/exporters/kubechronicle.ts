import type { Database } from '../../src/postgres/database.ts'

/** What kubechronicle runs whenever it starts. https://github.com/Turall/kubechronicle/blob/main/internal/store/schema.sql */
export const KUBECHRONICLE_SCHEMA = `
CREATE TABLE IF NOT EXISTS change_events (
	id VARCHAR(255) PRIMARY KEY,
	timestamp TIMESTAMPTZ NOT NULL,
	operation VARCHAR(50) NOT NULL,
	resource_kind VARCHAR(100) NOT NULL,
	namespace VARCHAR(255) NOT NULL,
	name VARCHAR(255) NOT NULL,
	actor JSONB NOT NULL,
	source JSONB NOT NULL,
	diff JSONB,
	object_snapshot JSONB,
	allowed BOOLEAN NOT NULL DEFAULT true,
	block_pattern VARCHAR(255),
	exec_metadata JSONB,
	created_at TIMESTAMPTZ DEFAULT NOW()
);
CREATE INDEX IF NOT EXISTS idx_change_events_timestamp ON change_events(timestamp DESC);
CREATE INDEX IF NOT EXISTS idx_change_events_resource ON change_events(resource_kind, namespace, name);
CREATE INDEX IF NOT EXISTS idx_change_events_operation ON change_events(operation);
CREATE INDEX IF NOT EXISTS idx_change_events_actor_username ON change_events((actor->>'username'));
CREATE INDEX IF NOT EXISTS idx_change_events_source_tool ON change_events((source->>'tool'));
CREATE INDEX IF NOT EXISTS idx_change_events_allowed ON change_events(allowed);
CREATE INDEX IF NOT EXISTS idx_change_events_block_pattern ON change_events(block_pattern) WHERE block_pattern IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_change_events_actor_gin ON change_events USING GIN (actor);
CREATE INDEX IF NOT EXISTS idx_change_events_source_gin ON change_events USING GIN (source);
CREATE INDEX IF NOT EXISTS idx_change_events_exec_metadata_gin ON change_events USING GIN (exec_metadata) WHERE exec_metadata IS NOT NULL;
`

/** Its documented queries, as they stand. https://github.com/Turall/kubechronicle/blob/main/docs/audit-processor.md */
export const KUBECHRONICLE_QUERIES = {
  all: `SELECT * FROM change_events 
WHERE operation = 'EXEC'
ORDER BY timestamp DESC;`,
  'of one pod': `SELECT * FROM change_events 
WHERE operation = 'EXEC' 
  AND resource_kind = 'Pod' 
  AND namespace = 'default' 
  AND name = 'my-pod'
ORDER BY timestamp DESC;`,
  'by one user': `SELECT * FROM change_events 
WHERE operation = 'EXEC' 
  AND actor->>'username' = 'user@example.com'
ORDER BY timestamp DESC;`,
  'with one command': `SELECT * FROM change_events 
WHERE operation = 'EXEC' 
  AND exec_metadata->>'command' LIKE '%rm%'
ORDER BY timestamp DESC;`,
} as const

/** Writes the exec that its documentation shows, older than those of the tests, as kubechronicle does. Returns its id. */
export async function kubechronicleEvent(database: Database, suffix = '1234567890'): Promise<string> {
  const id = `EXEC-Pod-my-pod-user@example.com-${suffix}`
  await database.query(
    `INSERT INTO change_events (
       id, timestamp, operation, resource_kind, namespace, name,
       actor, source, diff, object_snapshot, allowed, block_pattern, exec_metadata
     ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     ON CONFLICT (id) DO NOTHING`,
    [
      ...[id, '2024-01-20T10:30:00Z', 'EXEC', 'Pod', 'default', 'my-pod'],
      '{"username":"user@example.com","groups":["system:authenticated"],"source_ip":"10.0.0.1"}',
      '{"tool":"kubectl"}',
      ...[null, null, true, ''],
      '{"command":["rm","-rf","/"],"container":"my-container","stdin":true,"tty":true,"target_type":"pod"}',
    ],
  )
  return id
}
