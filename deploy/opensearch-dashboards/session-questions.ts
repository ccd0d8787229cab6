import { all, any, atLeast, contains, exists, is, not } from './query.ts'
import { aboutSessions, type Question } from './question.ts'

/** The questions that change events answer: one document for each request for interactive access. */
export const SESSION_QUESTIONS: readonly Question[] = [
  aboutSessions(
    'sessions',
    'Sessions',
    'Every request for interactive access: who, into what, from where, with which command, for how long.',
    not(is('operation', 'PROXY')),
  ),
  aboutSessions(
    'sessions-refused',
    'Refused sessions',
    'Interactive access that was refused.',
    is('allowed', false),
  ),
  aboutSessions(
    'sessions-open',
    'Open sessions',
    'Sessions that were opened and whose end was not seen: they last, or the API server crashed meanwhile.',
    all(is('allowed', true), not(exists('ended_at'))),
  ),
  aboutSessions(
    'sessions-long',
    'Long sessions',
    'Sessions that lasted an hour or longer (`duration_ms` is in milliseconds).',
    atLeast('duration_ms', 3_600_000),
  ),
  aboutSessions(
    'sessions-terminal',
    'Sessions with a terminal',
    'Sessions with input and a terminal: somebody typed.',
    all(is('exec_metadata.stdin', true), is('exec_metadata.tty', true)),
  ),
  aboutSessions(
    'sessions-one-user',
    'Sessions of one user',
    'Interactive access by `bob`, or in his name: put in the name you look for.',
    any(is('actor.username', 'bob'), is('actor.impersonated.username', 'bob')),
  ),
  aboutSessions(
    'sessions-one-pod',
    'Sessions in one pod',
    'All that reached the pod `ledger-db` in `payments`, by the proxy too: put in the pod you look for.',
    all(is('resource_kind', 'Pod'), is('namespace', 'payments'), is('name', 'ledger-db')),
  ),
  aboutSessions(
    'sessions-command',
    'Sessions with a command',
    'Exec of a command that has `/etc/` in one of its arguments: put in what you look for. What is typed into a shell is not recorded.',
    contains('exec_metadata.command', '/etc/'),
  ),
]
