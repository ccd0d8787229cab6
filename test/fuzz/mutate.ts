import type { Random } from './random.ts'

const INTERESTING_BYTES = Buffer.from(
  '{}[]",:\\/ \t\r\n0123456789.eE+-tfnul\u0000\u001f\u007f\u0080\u00ff',
  'latin1',
)
const SNIPPETS = [
  '"verb":"get",',
  '"verb":null,',
  '"user":{"username":"x"},',
  '"user":{},',
  '"user":7,',
  '"objectRef":{"resource":"pods","resource":"x"},',
  '"\\u0076erb":"escaped key",',
  '"level":"\\u004detadata",',
  '"annotations":{"authorization.k8s.io\\/decision":"forbid"},',
  '"responseStatus":{"code":1e2},',
  '"responseStatus":{"code":-0},',
  '"requestObject":{"verb":"not mine","a":[[],{},[{}]]},',
  '"x":"\\ud83d\\ude00 \\ud83d",',
  '"x":"\u2028é😀",',
  '"__proto__":{"verb":"x"},',
  '"sourceIPs":["1.2.3.4",5,"\\u0041"],',
  '"kind":"Event",',
  '"apiVersion":"v1",',
  '"apiVersion":"audit.k8s.io/v9",',
  ' \t\n\r ',
  '0,',
  '-01,',
  '1.5e+3,',
  'true,',
  'nul,',
]

/** A mutated copy of `line`; `other` is a line that parts may be taken from. */
export function mutate(line: Buffer, other: Buffer, random: Random): Buffer {
  let current = line
  for (let rounds = random.below(3); rounds >= 0; rounds--)
    current = MUTATIONS[random.below(MUTATIONS.length)]?.(current, other, random) ?? current
  return current
}

type Mutation = (line: Buffer, other: Buffer, random: Random) => Buffer

const MUTATIONS: readonly Mutation[] = [
  function changeByte(line, _, random) {
    const copy = Buffer.from(line)
    if (copy.length > 0) copy[random.below(copy.length)] = random.pick([...INTERESTING_BYTES])
    return copy
  },
  function changeAnyByte(line, _, random) {
    const copy = Buffer.from(line)
    if (copy.length > 0) copy[random.below(copy.length)] = random.below(256)
    return copy
  },
  function insertByte(line, _, random) {
    const at = random.below(line.length + 1)
    return Buffer.concat([
      line.subarray(0, at),
      Buffer.from([random.pick([...INTERESTING_BYTES])]),
      line.subarray(at),
    ])
  },
  function removeBytes(line, _, random) {
    const at = random.below(line.length + 1)
    return Buffer.concat([line.subarray(0, at), line.subarray(at + 1 + random.below(8))])
  },
  function cutOff(line, _, random) {
    return random.below(4) === 0 ? line.subarray(0, random.below(line.length + 1)) : line
  },
  function insertMember(line, _, random) {
    const at = memberStart(line, random)
    return Buffer.concat([line.subarray(0, at), Buffer.from(random.pick(SNIPPETS)), line.subarray(at)])
  },
  function appendMember(line, _, random) {
    const end = line.lastIndexOf('}')
    const member = `,${random.pick(SNIPPETS).replace(/,$/, '')}`
    return end < 0 ? line : Buffer.concat([line.subarray(0, end), Buffer.from(member), line.subarray(end)])
  },
  function insertWhiteSpace(line, _, random) {
    const at = memberStart(line, random)
    return Buffer.concat([
      line.subarray(0, at),
      Buffer.from(random.pick([' ', '\t', '\r', '\n', '  '])),
      line.subarray(at),
    ])
  },
  function escapeLetter(line, _, random) {
    const at = random.below(line.length + 1)
    const letter = line[at]
    if (letter === undefined || letter < 0x61 || letter > 0x7a) return line
    const escaped = Buffer.from(`\\u00${letter.toString(16)}`)
    return Buffer.concat([line.subarray(0, at), escaped, line.subarray(at + 1)])
  },
  function nestDeeply(line, _, random) {
    const depth = random.below(300)
    const at = memberStart(line, random)
    const member = `"deep":${'[{"a":'.repeat(depth)}1${'}]'.repeat(depth)},`
    return Buffer.concat([line.subarray(0, at), Buffer.from(member), line.subarray(at)])
  },
  function splice(line, other, random) {
    return Buffer.concat([
      line.subarray(0, random.below(line.length + 1)),
      other.subarray(random.below(other.length + 1)),
    ])
  },
]

/** An offset just after an opening brace or a comma, where a member may begin if the line is lucky. */
function memberStart(line: Buffer, random: Random): number {
  const from = random.below(line.length + 1)
  const comma = line.indexOf(random.pick([',"', '{"']), from)
  return comma < 0 ? 1 : comma + 1
}
