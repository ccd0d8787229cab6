// What is too slow in JavaScript, in AssemblyScript: https://www.assemblyscript.org
// It works on raw memory that its caller lays out, so it has no objects, no allocation and no collector.

export { jsonAttributes } from './document'
export { protobufAttributes } from './protobuf'
export { scanLine } from './scan'
