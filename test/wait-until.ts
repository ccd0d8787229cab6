import { setTimeout as delay } from 'node:timers/promises'

/** Polls until `condition` is true. @throws when it is still false after `timeoutMs`, naming `what` */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`)
    await delay(10)
  }
}
