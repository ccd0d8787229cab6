import type { Question } from './question.ts'
import { USER_QUESTIONS } from './questions/by-user.ts'
import { PRIVILEGED_PODS } from './questions/privileged-pods.ts'
import { REQUEST_QUESTIONS } from './questions/requests.ts'
import { SESSION_QUESTIONS } from './questions/sessions.ts'
import { LATENCY, TOP } from './questions/top.ts'

/** All questions, in the order in which they are listed. */
export const QUESTIONS: readonly Question[] = [
  ...SESSION_QUESTIONS,
  ...REQUEST_QUESTIONS,
  PRIVILEGED_PODS,
  ...USER_QUESTIONS,
  TOP,
  LATENCY,
]
