/** Name of the table with one row for each request for interactive access. */
export const CHANGE_EVENTS_TABLE = 'change_events'

/** A column that is written, and its type. */
export interface ColumnDefinition {
  readonly name: string
  readonly type: string
}

/**
 * The columns of `change_events` that are written. Its other columns are `diff`, `object_snapshot` and `block_pattern`, which are
 * kubechronicle's and always null here, and `created_at`, when the row was first written.
 */
export const CHANGE_EVENTS_COLUMNS: readonly ColumnDefinition[] = [
  { name: 'id', type: 'text' },
  { name: 'timestamp', type: 'timestamptz' },
  { name: 'operation', type: 'text' },
  { name: 'resource_kind', type: 'text' },
  { name: 'namespace', type: 'text' },
  { name: 'name', type: 'text' },
  { name: 'actor', type: 'jsonb' },
  { name: 'source', type: 'jsonb' },
  { name: 'allowed', type: 'boolean' },
  { name: 'exec_metadata', type: 'jsonb' },
  { name: 'cluster', type: 'text' },
  { name: 'audit_id', type: 'text' },
  { name: 'stage', type: 'text' },
  { name: 'response_code', type: 'bigint' },
  { name: 'started_at', type: 'timestamptz' },
  { name: 'ended_at', type: 'timestamptz' },
  { name: 'duration_ms', type: 'double precision' },
]

/** Longest text of kubechronicle's columns `namespace` and `name`, in characters. */
export const LONGEST_NAME = 255
/** Longest username, in characters: a btree takes no more than 2,704 bytes. */
export const LONGEST_USERNAME = 600

/**
 * kubechronicle's table as it makes it, or what is missing of it, and auditship's columns. `allowed` may be null here: before
 * a response was seen nobody knows.
 * https://github.com/Turall/kubechronicle/blob/main/internal/store/schema.sql
 */
export const CHANGE_EVENTS_DDL = `
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
  allowed BOOLEAN DEFAULT true,
  block_pattern VARCHAR(255),
  exec_metadata JSONB,
  created_at TIMESTAMPTZ DEFAULT NOW()
);
ALTER TABLE change_events
  ADD COLUMN IF NOT EXISTS allowed BOOLEAN DEFAULT true,
  ADD COLUMN IF NOT EXISTS block_pattern VARCHAR(255),
  ADD COLUMN IF NOT EXISTS exec_metadata JSONB,
  ADD COLUMN IF NOT EXISTS cluster TEXT,
  ADD COLUMN IF NOT EXISTS audit_id TEXT,
  ADD COLUMN IF NOT EXISTS stage TEXT,
  ADD COLUMN IF NOT EXISTS response_code BIGINT,
  ADD COLUMN IF NOT EXISTS started_at TIMESTAMPTZ,
  ADD COLUMN IF NOT EXISTS ended_at TIMESTAMPTZ,
  ADD COLUMN IF NOT EXISTS duration_ms DOUBLE PRECISION,
  ALTER COLUMN allowed DROP NOT NULL;
CREATE INDEX IF NOT EXISTS idx_change_events_timestamp ON change_events (timestamp DESC);
CREATE INDEX IF NOT EXISTS idx_change_events_resource ON change_events (resource_kind, namespace, name);
CREATE INDEX IF NOT EXISTS idx_change_events_operation ON change_events (operation);
CREATE INDEX IF NOT EXISTS idx_change_events_actor_username ON change_events ((actor->>'username'));
CREATE INDEX IF NOT EXISTS idx_change_events_source_tool ON change_events ((source->>'tool'));
CREATE INDEX IF NOT EXISTS idx_change_events_allowed ON change_events (allowed);
CREATE INDEX IF NOT EXISTS idx_change_events_block_pattern ON change_events (block_pattern) WHERE block_pattern IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_change_events_actor_gin ON change_events USING GIN (actor);
CREATE INDEX IF NOT EXISTS idx_change_events_source_gin ON change_events USING GIN (source);
CREATE INDEX IF NOT EXISTS idx_change_events_exec_metadata_gin ON change_events USING GIN (exec_metadata) WHERE exec_metadata IS NOT NULL;
`.trim()
