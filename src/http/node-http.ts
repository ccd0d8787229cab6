// `import` of node:http reads each of its exports, among them WebSocket, for which Node.js loads all of its undici:
// 35 ms of CPU at each start. `process.getBuiltinModule` gives the module as it is.

/** `node:http`. */
export const http = process.getBuiltinModule('node:http')

/** `node:https`. */
export const https = process.getBuiltinModule('node:https')
