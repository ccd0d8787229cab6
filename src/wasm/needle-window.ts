/** Bytes of a needle by which it is found; the others are compared then. */
export const WINDOW = 4

/** Bytes that may stand in a place, by their halves: 16 bits for the lower ones, and above them 16 for the higher. */
export type Halves = number
/** Of each of its bytes. */
export type Window = readonly Halves[]

const ANY: Halves = -1
/** What nothing has. */
export const EMPTY_WINDOW: Window = Array.from({ length: WINDOW }, () => 0)

/** About what most of a log is: a needle is found by what is rare in it. */
const USUAL =
  '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"ef5d2a94-18c7-4b06","stage":"ResponseComplete",' +
  '"requestURI":"/apis/apps/v1/namespaces/default/deployments?limit=500\\u0026watch=true","verb":"update","user":{"username":' +
  '"system:serviceaccount:kube-system:kube-proxy","groups":["system:authenticated"]},"responseStatus":{"code":200},' +
  '"requestObject":{"text":"\\u003cnone\\u003e","spec":{"containers":[{"image":"registry.example.com/shop:2.21.7"}],' +
  '"imagePullSecrets":[]}},"requestReceivedTimestamp":"2026-07-14T08:00:00.123456Z"}\n'
const USUAL_HALVES = Array.from(Buffer.from(USUAL), halvesOfByte)
const SHARES = new Map<Halves, number>([[ANY, 1]])

/** The rarest window of a needle, and where in it that begins; of each place the bytes that fit, as Latin-1. */
export function rarestWindow(places: readonly string[]): {
  readonly offset: number
  readonly window: Window
} {
  const halves = places.map(place =>
    Buffer.from(place, 'latin1').reduce((all, byte) => all | halvesOfByte(byte), 0),
  )
  const windows = Array.from({ length: Math.max(1, places.length - WINDOW + 1) }, (_, offset) =>
    EMPTY_WINDOW.map((_, k) => halves[offset + k] ?? ANY),
  )
  const shares = windows.map(shareOf)
  const offset = shares.indexOf(Math.min(...shares))
  return { offset, window: windows[offset] ?? EMPTY_WINDOW }
}

/** What fits either window, and more: the halves of all bytes are mixed. */
export const both = (a: Window, b: Window): Window => a.map((halves, k) => halves | (b[k] ?? 0))

/** Share of places in a log that have such a window, about: in what is usual, and as if bytes were independent. */
export function shareOf(window: Window): number {
  const [first = ANY, second = ANY, third = ANY, fourth = ANY] = window
  let count = 0
  for (let at = 0; at + WINDOW <= USUAL.length; at++)
    if (fits(first, at) && fits(second, at + 1) && fits(third, at + 2) && fits(fourth, at + 3)) count++
  return window.reduce((product, halves) => product * shareOfPlace(halves), 1) + count / USUAL.length
}

const fits = (halves: Halves, at: number) => (halves & (USUAL_HALVES[at] ?? 0)) === USUAL_HALVES[at]

/** What is not there is rare all the same. */
function shareOfPlace(halves: Halves): number {
  let share = SHARES.get(halves)
  if (share === undefined) {
    const count = USUAL_HALVES.filter(both => (halves & both) === both).length
    share = (count + 0.1) / USUAL.length
    SHARES.set(halves, share)
  }
  return share
}

function halvesOfByte(byte: number): Halves {
  return (1 << (byte & 15)) | (1 << (16 + (byte >> 4)))
}
