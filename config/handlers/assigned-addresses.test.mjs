// Run it with: node --test assigned-addresses.test.mjs
import assert from 'node:assert/strict'
import test from 'node:test'
import { load } from './assigned-addresses.mjs'

test('the subnets are added up', async () => {
  const counts = { 'subnet[1].assigned-addresses': [[3, '']], 'subnet[2].assigned-addresses': [[4, '']] }
  const { commands } = await load({ parameters: {}, log() {}, ask: async () => [{ result: 0, arguments: counts }] })
  assert.equal((await commands['assigned-addresses'].run({ services: [] })).text, '7 addresses')
})
