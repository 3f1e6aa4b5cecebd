// What is known against the HTTP parser of this Node.js.

/**
 * llhttp before 9, in Node.js before 20.19.2, takes a bare LF or CR for the end of a head (CVE-2025-23167), blanks in
 * header names, headers without a name and tabs in targets. The program reads heads with that parser.
 * @param llhttp its version
 * @returns what an operator should know, as `SENTENCE; REMEDY`; null where nothing is known against it
 */
export function looseParser(llhttp = process.versions.llhttp): string | null {
  if (Number.parseInt(llhttp ?? '', 10) >= 9) return null
  return `Node.js ${process.versions.node} takes some malformed requests for good ones (CVE-2025-23167), which ` +
    'matters behind a proxy that reads them otherwise; install Node.js 20.19.2 or newer'
}
