import type { Database, Parameter } from '../../src/postgres/database.ts'
import type { Faults } from '../contract/exporter-contract.ts'

const FAULTS_DDL = `
CREATE TABLE fault (name text PRIMARY KEY, value int NOT NULL);
CREATE TABLE poison (audit_id text PRIMARY KEY);
CREATE SEQUENCE fault_attempts;
CREATE FUNCTION be_faulty() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  faulty fault%ROWTYPE;
BEGIN
  FOR faulty IN SELECT * FROM fault LOOP
    IF faulty.name = 'fail' AND nextval('fault_attempts') <= faulty.value THEN
      RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001';
    ELSIF faulty.name = 'hang' THEN
      PERFORM pg_sleep(60);
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM poison WHERE poison.audit_id = NEW.audit_id) THEN
    RAISE EXCEPTION 'value "secret" is refused' USING ERRCODE = '22023';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER be_faulty BEFORE INSERT ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION be_faulty();
CREATE TRIGGER refuse_poison BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_poison();
`

/** Most events of a contract test. */
const EVENTS = 6_000

/** Faults of a database, and a promise for when those asked for are in force. */
export interface DatabaseFaults {
  readonly faults: Partial<Faults>
  readonly inForce: () => Promise<unknown>
  /** To be called before the second attempt. A sequence as for `fail` would forget its number when the embedded one is killed. */
  readonly hangNoMore: () => void
}

/** Makes triggers by which the database of a contract test fails as it is told to; `audit_events` is there already. */
export async function faultsOf(database: Database): Promise<DatabaseFaults> {
  await database.query(FAULTS_DDL)
  let last: Promise<unknown> = Promise.resolve()
  const set = (sql: string, parameters: readonly Parameter[]) => {
    last = last.then(() => database.query(sql, parameters))
  }
  const poison = (isPoison: (raw: string) => boolean) => {
    const ids = Array.from({ length: EVENTS }, (_, id) => String(id).padStart(6, '0'))
    set('INSERT INTO poison SELECT unnest($1::text[])', [ids.filter(id => isPoison(`"auditID":"${id}"`))])
  }
  const fault = (name: string, attempts: number) => set('INSERT INTO fault VALUES ($1, $2)', [name, attempts])
  return {
    inForce: () => last,
    hangNoMore: () => set("DELETE FROM fault WHERE name = 'hang'", []),
    faults: {
      refuseSome: poison,
      refuseRequestsWith: poison,
      failNext: attempts => fault('fail', attempts),
      hangNext: () => fault('hang', 0),
      failAll: () => fault('fail', 2 ** 31 - 1),
      recover: () => set('DELETE FROM fault', []),
    },
  }
}
