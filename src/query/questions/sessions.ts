import { sessionRowOf, sessions } from '../collect.ts'
import { all, type Condition } from '../condition.ts'
import { COLUMN } from '../output/columns.ts'
import type { Question } from '../question.ts'
import { INTERACTIVE, REFUSED } from './conditions.ts'

const { started, user, lastFrom, operation, target, command, outcome, lasted } = COLUMN

function aboutSessions(name: string, help: string, condition: Condition): Question {
  const columns = [started, user, lastFrom, operation, target, command, outcome, lasted]
  const isAboutSessions = true
  return {
    name,
    help,
    isAboutSessions,
    condition: () => condition,
    collect: sessions,
    rowOf: sessionRowOf,
    columns,
  }
}

/** Questions about interactive access: a row tells of the whole session. */
export const SESSION_QUESTIONS: readonly Question[] = [
  aboutSessions(
    'exec',
    'Interactive access: exec, attach, port-forward, debug containers, kubelets’ run and exec; who, into what, which command, how long',
    INTERACTIVE,
  ),
  aboutSessions('exec-denied', 'Interactive access that was refused', all(INTERACTIVE, REFUSED)),
]
