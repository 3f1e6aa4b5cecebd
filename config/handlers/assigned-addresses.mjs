// Registers the command `assigned-addresses`: how many addresses kea-dhcp4 has given out, over all subnets.

/** @type {import('keagate').HandlerModule['load']} */
export function load({ ask }) {
  /** @param {import('keagate').ReceivedCommand} command */
  async function run(command) {
    // On behalf of the caller of `command`; one answer for each service of the list.
    const [answer] = await ask(command, 'statistic-get-all', ['dhcp4'])
    if (answer?.result !== 0) return { result: 1, text: answer?.text ?? 'no answer' }
    const statistics = Object.entries(answer.arguments ?? {})
    const counts = statistics.filter(([name]) => /^subnet\[\d+\]\.assigned-addresses$/.test(name))
    const assigned = counts.reduce((sum, [, values]) => sum + Number(values[0][0]), 0)
    return { result: 0, text: `${assigned} addresses`, arguments: { assigned } }
  }
  return { commands: { 'assigned-addresses': { access: 'read', run } } }
}
