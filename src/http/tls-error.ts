/** Whether a connection failed by a certificate or a protocol, which do not repair themselves. Codes: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
export function isTlsError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_|HOSTNAME_MISMATCH$|EPROTO$)/.test(
    code,
  )
}
