// What a server may prove its identity with, where this program is the client.

const [major = 0, minor = 0] = process.versions.openssl.split('.').map(Number)

/** OpenSSL has them from 3.5 on. */
const postQuantum = major > 3 || (major === 3 && minor >= 5) ? ['mldsa65', 'mldsa87', 'mldsa44'] : []

/**
 * The option `sigalgs`: OpenSSL's own list (RFC 8446 section 4.2.3) without those of Brainpool curves. Node asks each
 * verified server for its certificate in the old form, and Node 24 and 26 end the process there for a key on such a
 * curve; so its handshake fails before, with an alert.
 */
export const clientSignatures = [
  ...postQuantum,
  'ecdsa_secp256r1_sha256', 'ecdsa_secp384r1_sha384', 'ecdsa_secp521r1_sha512', 'ed25519', 'ed448',
  'rsa_pss_pss_sha256', 'rsa_pss_pss_sha384', 'rsa_pss_pss_sha512',
  'rsa_pss_rsae_sha256', 'rsa_pss_rsae_sha384', 'rsa_pss_rsae_sha512',
  'rsa_pkcs1_sha256', 'rsa_pkcs1_sha384', 'rsa_pkcs1_sha512',
].join(':')
