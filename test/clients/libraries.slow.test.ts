// The HTTP libraries that programs use get their answers, whichever way the door is entered. Each client is a short
// script beside this file.

import path from 'node:path'
import t from 'tap'
import { run } from '../support/child.ts'
import type { Door } from '../kea/door.ts'
import { password, user, wayName } from '../kea/door.ts'
import { skipWithout } from '../kea/installed.ts'
import { post } from '../kea/post.ts'
import { answerToClient, command, openDoors } from './doors.ts'

const { all: doors } = await openDoors(t)

/** What every client script takes for one door. */
function scriptArguments(door: Door): string[] {
  const [cert, key] = door.client === null ? ['-', '-'] : [door.client.cert, door.client.key]
  return [`${door.url}/`, door.ca ?? '-', cert, key, door.way.basic ? user : '-', password, command]
}

function script(name: string): string {
  return path.join(import.meta.dirname, name)
}

/** Runs an interpreter with a script once for every door; the script prints one answer a line. */
async function answers(interpreter: string, file: string, door: Door): Promise<string[]> {
  const done = await run(interpreter, [script(file), ...scriptArguments(door)])
  return (done.stdout + done.stderr).trim().split('\n')
}

const three = [answerToClient, answerToClient, answerToClient]

t.test('Python requests in a session', { skip: skipWithout('python requests') }, async (t) => {
  for (const door of doors) t.same(await answers('/usr/bin/python3', 'poll.py', door), three, wayName(door.way))
})

t.test('Perl LWP, challenged first', { skip: skipWithout('perl LWP') }, async (t) => {
  for (const door of doors) t.same(await answers('/usr/bin/perl', 'poll.pl', door), three, wayName(door.way))
})

t.test("Java's HttpClient, offering HTTP/2 and challenged first", { skip: skipWithout('javac') }, async (t) => {
  const done = await run('/usr/bin/java', [script('Poll.java'), ...doors.flatMap(scriptArguments)])
  const lines = (done.stdout + done.stderr).trim().split('\n')
  t.same(lines, doors.flatMap(() => Array.from({ length: 4 }, () => `200 ${answerToClient}`)))
})

t.test("Node's http, https and fetch", async (t) => {
  for (const door of doors) {
    t.equal((await post(door, command)).body.toString(), answerToClient, wayName(door.way))
    if (door.ca !== null) continue
    const credentials = Buffer.from(`${user}:${password}`).toString('base64')
    const response = await fetch(door.url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(door.way.basic ? { Authorization: `Basic ${credentials}` } : {}),
      },
      body: command,
    })
    t.equal(await response.text(), answerToClient, `fetch, ${wayName(door.way)}`)
  }
})
