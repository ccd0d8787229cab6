import { at, type JsonObject, markFor } from './managed.ts'
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
  const rules = {
    default_state: 'write',
    states: [
      { name: 'write', actions: [{ rollover }], transitions: [transition] },
      { name: 'delete', actions: [{ delete: {} }], transitions: [] },
    ],
    ism_template: [{ index_patterns: [pattern], priority: ISM_PRIORITY + pattern.length }],
  }
  const { managed_by, version, wish } = markFor(rules)
  const mark = `(managed_by: ${managed_by}, version: ${version}, wish: ${wish})`
  return {
    policy: { description: `Rollover and retention of Kubernetes audit events ${mark}`, ...rules },
  }
}

/** The mark in the description of a policy, as `_meta` has it elsewhere; undefined when it has none. */
export function markOfPolicy(policy: unknown): JsonObject | undefined {
  const description = String(at(policy, 'description'))
  const found = /\(managed_by: (\w+), version: (\d+)(?:, wish: (\w+))?\)/.exec(description)
  if (found === null) return undefined
  const [, manager = '', version, wish] = found
  return { managed_by: manager, version: Number(version), ...(wish !== undefined && { wish }) }
}
