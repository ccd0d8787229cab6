import { RetryableError } from '../../pipeline/errors.ts'

/** The error for an index that stands where the data stream is expected and makes a field of all that is in an event. */
export function guessesTypesError(index: string): RetryableError {
  return new RetryableError(
    `${index} is an index that guesses the types of fields: expected a data stream; run \`auditship setup opensearch\`, ` +
      'then delete that index or copy it elsewhere; if an index is meant, give it a mapping without dynamic fields, and ' +
      'the agent `setup.enabled` and the right to see it',
    { needsOperator: true },
  )
}
