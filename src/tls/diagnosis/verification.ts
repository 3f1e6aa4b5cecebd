// What OpenSSL found wrong when it verified a certificate, for findings that Node has no code for. Node gives all of
// these the code `UNSPECIFIED`; OpenSSL's own text tells them apart (X509_verify_cert_error_string; the same in 3.0 to
// 3.5).

import type { TLSSocket } from 'node:tls'
import { verificationText } from '../../net/node-contracts.ts'

/** What is wrong with a certificate or a CA above it. */
export interface VerificationFlaw {
  /** The end of a sentence that begins with the certificate, or a CA above it. */
  readonly flaw: string
  readonly remedy: string
}

const anotherCertificate = 'have a certificate issued without it'
const look = 'look at the certificates of the chain with: openssl x509 -noout -text'
const constraints =
  'have one issued with names that the CA may issue, or by a CA without these constraints; ' +
  'they are shown by: openssl x509 -noout -text'
const repairCa = 'have the CA make its certificate again as RFC 5280 asks; it is shown by: openssl x509 -noout -text'
const newKey = 'have a new one issued with an RSA key of 2048 or an EC key of 256 bits, signed with SHA-256 or better'
const proxy = 'use a certificate that a CA issued, no proxy certificate (RFC 3820)'
const revocation = 'fetch the list from the CA again'

/** By OpenSSL's text or Node's code, in lower case. */
const flaws: ReadonlyMap<string, VerificationFlaw> = new Map(
  rows([
    // Names and extensions.
    ['permitted subtree violation', 'has a name that the name constraints of its CA do not permit', constraints],
    ['excluded subtree violation', 'has a name that the name constraints of its CA exclude', constraints],
    ['name constraints minimum and maximum not supported', 'has name constraints with a minimum or maximum', repairCa],
    ['unsupported name constraint type', 'has name constraints for a kind of name that is not supported', repairCa],
    ['unsupported or invalid name constraint syntax', 'has name constraints that cannot be read', repairCa],
    ['unsupported or invalid name syntax', 'has a name that name constraints cannot be held against', constraints],
    ['unhandled critical extension', 'has a critical extension that OpenSSL does not know', anotherCertificate],
    [
      'invalid or inconsistent certificate extension',
      'has an extension that is no sound DER or contradicts another',
      look,
    ],
    ['invalid or inconsistent certificate policy extension', 'has a policy extension that is no sound DER', look],
    ['unsupported extension feature', 'has an extension of a kind that is not supported', anotherCertificate],
    ['no explicit policy', 'demands a policy that its chain does not have', look],
    ["rfc 3779 resource not subset of parent's resources", 'has addresses that its CA does not have (RFC 3779)', look],
    ['using cert extension requires at least x509v3', 'has extensions, but is not of X.509 version 3', repairCa],
    // What a CA may do.
    [
      'key usage does not include certificate signing',
      'is above it without keyCertSign among its key usages',
      repairCa,
    ],
    ['key usage does not include digital signature', 'has key usages without digitalSignature', 'have one issued with it'],
    ['invalid non-ca certificate (has ca markings)', 'is a CA certificate where one of no CA is needed', 'use one of no CA'],
    ['subject issuer mismatch', 'does not name the CA above it as its issuer', look],
    ['authority and subject key identifier mismatch', 'names another key of its CA than the CA has', look],
    [
      'authority and issuer serial number mismatch',
      'names another certificate of its CA than the one that is there',
      look,
    ],
    [
      "issuer certificate doesn't have a public key",
      'stands below a CA certificate without a key that can be read',
      repairCa,
    ],
    ['unable_to_decode_issuer_public_key', 'stands below a CA whose key cannot be read', repairCa],
    ['unable_to_decrypt_cert_signature', 'has a signature that cannot be read', look],
    ['path loop', 'stands in a chain that leads back to itself', look],
    ['path length invalid for non-ca cert', 'has a path length, but is no CA', repairCa],
    ['path length given without key usage keycertsign', 'has a path length, but no keyCertSign', repairCa],
    ['key usage keycertsign invalid for non-ca cert', 'has keyCertSign, but is no CA', repairCa],
    ['basic constraints of ca cert not marked critical', 'has basic constraints that are not critical', repairCa],
    ['ca cert does not include key usage extension', 'is a CA without key usages', repairCa],
    ['issuer name empty', 'has no name of its issuer', look],
    ['subject name empty', 'has no name', look],
    ['missing authority key identifier', 'has no identifier of the key of its CA', look],
    ['missing subject key identifier', 'has no identifier of its key', look],
    ['authority key identifier marked critical', 'has a critical authority key identifier', look],
    ['subject key identifier marked critical', 'has a critical subject key identifier', look],
    ['empty subject alternative name extension', 'has an empty list of subject alternative names', look],
    [
      'subject empty and subject alt name extension not critical',
      'has alternative names that are not critical, and no other',
      look,
    ],
    // Strength.
    ['ee certificate key too weak', 'has a key that is too weak', newKey],
    ['ca certificate key too weak', 'has a CA with a key that is too weak', newKey],
    ['ca signature digest algorithm too weak', 'is signed with a digest that can be forged', newKey],
    [
      'certificate public key has explicit ecc parameters',
      'has an EC key with explicit parameters instead of a named curve',
      newKey,
    ],
    ['cannot find certificate signature algorithm', 'is signed in a way that OpenSSL does not know', newKey],
    [
      'subject signature algorithm and issuer public key algorithm mismatch',
      'is signed in another way than the key of its CA can',
      look,
    ],
    ['cert info signature and signature algorithm mismatch', 'names two kinds of signatures', look],
    ...['certificate version invalid', 'invalid public key algorithm', 'invalid ecc curve', 'invalid signature algorithm',
      'curve not allowed for this los', 'cannot sign p-384 with p-256',
    ].map((text) => [`suite b: ${text}`, `is not as Suite B wants it (${text})`, newKey] as const),
    // Proxy certificates.
    ['proxy path length constraint exceeded', 'is a proxy certificate too many', proxy],
    ['proxy certificates not allowed, please set the appropriate flag', 'is a proxy certificate', proxy],
    ['proxy subject name violation', 'is a proxy certificate with another name than it must have', proxy],
    // Revocation.
    ['unable to get crl issuer certificate', 'has a revocation list whose CA is not there', revocation],
    ['key usage does not include crl signing', 'has a CA that may not sign revocation lists', repairCa],
    [
      'unhandled critical crl extension',
      'has a revocation list with a critical extension that OpenSSL does not know',
      revocation,
    ],
    ['different crl scope', 'has a revocation list for other certificates alone', revocation],
    ['crl path validation error', 'has a revocation list whose own CA cannot be verified', revocation],
    ['unable_to_decrypt_crl_signature', 'has a revocation list with a signature that cannot be read', revocation],
    ['crl_signature_failure', 'has a revocation list with a wrong signature', revocation],
    ['ocsp verification needed', 'has to be asked for by OCSP, which is not done here', look],
    ['ocsp verification failed', 'was not confirmed by OCSP', look],
    ['ocsp unknown cert', 'is not known by OCSP', look],
    ['certificate transparency required, but no valid scts found', 'has no proof of Certificate Transparency', look],
    ['no matching dane tlsa records', 'is not that of the DANE records', look],
    // Names of hosts, dates, and failures that are not the certificate's fault.
    ...['hostname', 'email address', 'ip address'].map((kind) => {
      return [`${kind} mismatch`, `has another ${kind} than is asked for`, 'have one issued for it'] as const
    }),
    ['error_in_cert_not_before_field', 'has a first day that cannot be read', look],
    ['error_in_cert_not_after_field', 'has a last day that cannot be read', look],
    ['cert_rejected', 'is marked as rejected for this use', look],
    ['application verification failure', 'was refused by the program', look],
    ['out_of_mem', 'could not be verified for want of memory', 'see what takes the memory of this machine'],
    ['invalid certificate verification context', 'could not be verified: OpenSSL was not set up for it', look],
    ['issuer certificate lookup error', 'could not be verified: its CA could not be looked up', look],
    ['unspecified certificate verification error', 'could not be verified, and OpenSSL does not say why', look],
  ]),
)

/** The codes for a chain whose next certificate is missing. */
export const withoutIssuer: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
])

/** The words for a finding; null: there are none here. @param code as `verificationCode` gives it */
export function verificationFlaw(code: string): VerificationFlaw | null {
  return flaws.get(code.toLowerCase()) ?? null
}

/**
 * Why OpenSSL did not verify the certificate of the other side: its code as Node spells it, or OpenSSL's own text where
 * Node knows no code.
 */
export function verificationCode(socket: TLSSocket): string {
  // An error or its code, whatever the declared type says.
  const reason: unknown = socket.authorizationError
  const code = reason instanceof Error && 'code' in reason ? String(reason.code) : String(reason)
  return code === 'UNSPECIFIED' ? (verificationText(socket)?.slice(0, 200) ?? code) : code
}

function rows(list: readonly (readonly [text: string, flaw: string, remedy: string])[]): [string, VerificationFlaw][] {
  return list.map(([text, flaw, remedy]) => [text, { flaw, remedy }])
}
