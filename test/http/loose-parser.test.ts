// Which parsers the agent warns of.

import t from 'tap'
import { looseParser } from '../../src/http/connection/loose-parser.ts'

t.test('llhttp before 9 is warned of, with the version that mends it', async (t) => {
  for (const version of ['8.1.2', '6.0.11', '']) t.match(looseParser(version), /CVE-2025-23167.*; install Node.js 20\.19\.2/)
  for (const version of ['9.0.0', '9.3.1', '10.0.0']) t.equal(looseParser(version), null)
})
