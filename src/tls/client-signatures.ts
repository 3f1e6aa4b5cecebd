// The kinds of signatures with which a server may prove its identity, where this program is the client.

const [major = 0, minor = 0] = process.versions.openssl.split('.').map(Number)

/** OpenSSL has these from 3.5 on. */
const postQuantum = major > 3 || (major === 3 && minor >= 5) ? ['mldsa65', 'mldsa87', 'mldsa44'] : []

/**
 * The option `sigalgs`: OpenSSL's own list (RFC 8446 section 4.2.3) without the Brainpool curves. Node reads the
 * certificate of each verified server in its legacy form, and Node 24 and 26 crash there on a key of such a curve.
 * Without these curves the handshake with such a server fails before that, with an alert.
 */
export const clientSignatures = [
  ...postQuantum,
  'ecdsa_secp256r1_sha256', 'ecdsa_secp384r1_sha384', 'ecdsa_secp521r1_sha512', 'ed25519', 'ed448',
  'rsa_pss_pss_sha256', 'rsa_pss_pss_sha384', 'rsa_pss_pss_sha512',
  'rsa_pss_rsae_sha256', 'rsa_pss_rsae_sha384', 'rsa_pss_rsae_sha512',
  'rsa_pkcs1_sha256', 'rsa_pkcs1_sha384', 'rsa_pkcs1_sha512',
].join(':')
