import { at, type JsonObject, MARK } from './managed.ts'
import type { OpenSearchOptions } from './options.ts'

const ISM_PRIORITY = 200

/**
 * The policy of Index State Management that rolls the data stream over and deletes old backing indices.
 * Its description bears the mark: a policy has no `_meta`. https://docs.opensearch.org/latest/im-plugin/ism/policies/
 */
export function ismPolicy(pattern: string, setup: OpenSearchOptions['setup']): JsonObject {
  const { retentionDays, rolloverSize, rolloverDays } = setup
  const rollover = { min_size: `${rolloverSize}b`, min_index_age: `${rolloverDays}d` }
  const transition = { state_name: 'delete', conditions: { min_rollover_age: `${retentionDays}d` } }
  return {
    policy: {
      description: `Rollover and retention of Kubernetes audit events (managed_by: ${MARK.managed_by}, version: ${MARK.version})`,
      default_state: 'write',
      states: [
        { name: 'write', actions: [{ rollover }], transitions: [transition] },
        { name: 'delete', actions: [{ delete: {} }], transitions: [] },
      ],
      ism_template: [{ index_patterns: [pattern], priority: ISM_PRIORITY + pattern.length }],
    },
  }
}

/** The mark in the description of a policy, as `_meta` has it elsewhere; undefined when it has none. */
export function markOfPolicy(policy: unknown): JsonObject | undefined {
  const description = String(at(policy, 'description'))
  const [, manager, version] = /\(managed_by: (\w+), version: (\d+)\)/.exec(description) ?? []
  return manager === undefined ? undefined : { managed_by: manager, version: Number(version) }
}
