// What is too slow in JavaScript, in AssemblyScript: https://www.assemblyscript.org
// It works on raw memory that its caller lays out, so it has no objects, no allocation and no collector.

export { hasUsualTimes, members } from './document'
export { prepare } from './event'
export { findLine, findNeedles } from './needles'
export { record, recordEnd } from './protobuf'
export { scanLine } from './scan'
export { setTimes } from './time'
