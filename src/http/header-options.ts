import { z } from 'zod'
import { secret } from '../config/scalars.ts'

/** Headers of each request by name, as exporters that speak HTTP have them among their options; their values are secrets. */
export function headerOptions() {
  return z.record(
    z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'expected a header name'),
    secret().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'expected a header value on one line'),
  )
}
