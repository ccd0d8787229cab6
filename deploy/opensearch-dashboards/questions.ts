import { AUDIT_QUESTIONS } from './audit-questions.ts'
import type { Question } from './question.ts'
import { SESSION_QUESTIONS } from './session-questions.ts'

/** All questions, in the order in which they are listed. */
export const QUESTIONS: readonly Question[] = [...AUDIT_QUESTIONS, ...SESSION_QUESTIONS]

/** The question with this id. @throws Error when there is none */
export function question(id: string): Question {
  const found = QUESTIONS.find(candidate => candidate.id === id)
  if (found === undefined) throw new Error(`no question has the id ${id}`)
  return found
}
