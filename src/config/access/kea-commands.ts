// Kea's commands as data: the access right each needs, the hook library it comes from, and the programs that have it.
// Kea 3.0 and versions before and after it. The right is Kea's own label: `config-get`, which shows secrets, is `read`.

export type AccessRight = 'read' | 'write'

export interface CommandDefinition {
  readonly access: AccessRight
  /** The name of the hook library; empty where the program itself has the command. */
  readonly hook: string
  /** The programs that have it; null where that is not known. */
  readonly programs: readonly KeaProgram[] | null
}

export type KeaProgram = 'kea-ctrl-agent' | 'kea-dhcp4' | 'kea-dhcp6' | 'kea-dhcp-ddns'

/** By the letters in the rows. */
const programs: Readonly<Record<string, readonly KeaProgram[]>> = {
  4: ['kea-dhcp4'],
  6: ['kea-dhcp6'],
  46: ['kea-dhcp4', 'kea-dhcp6'],
  d: ['kea-dhcp-ddns'],
  '46d': ['kea-dhcp4', 'kea-dhcp6', 'kea-dhcp-ddns'],
  a46d: ['kea-dhcp4', 'kea-dhcp6', 'kea-ctrl-agent', 'kea-dhcp-ddns'],
}

/** Name, r for read or w for write, programs, then the hook library if there is one. */
const rows = `
build-report r a46d
cache-clear w 46 host_cache
cache-flush w 46 host_cache
cache-get r 46 host_cache
cache-get-by-id r 46 host_cache
cache-insert w 46 host_cache
cache-load w 46 host_cache
cache-remove w 46 host_cache
cache-size r 46 host_cache
cache-write w 46 host_cache
class-add w 46 class_cmds
class-del w 46 class_cmds
class-get r 46 class_cmds
class-list r 46 class_cmds
class-update w 46 class_cmds
config-backend-pull w 46
config-get r a46d
config-hash-get r a46d
config-reload w a46d
config-set w a46d
config-test w a46d
config-write w a46d
dhcp-disable w 46
dhcp-enable w 46
extended-info4-upgrade w 4 lease_query
extended-info6-upgrade w 6 lease_query
gss-tsig-get r d gss_tsig
gss-tsig-get-all r d gss_tsig
gss-tsig-key-del w d gss_tsig
gss-tsig-key-expire w d gss_tsig
gss-tsig-key-get r d gss_tsig
gss-tsig-list r d gss_tsig
gss-tsig-purge w d gss_tsig
gss-tsig-purge-all w d gss_tsig
gss-tsig-rekey w d gss_tsig
gss-tsig-rekey-all w d gss_tsig
ha-continue w 46 high_availability
ha-heartbeat w 46 high_availability
ha-maintenance-cancel w 46 high_availability
ha-maintenance-notify w 46 high_availability
ha-maintenance-start w 46 high_availability
ha-reset w 46 high_availability
ha-scopes w 46 high_availability
ha-sync w 46 high_availability
ha-sync-complete-notify w 46 high_availability
interface-add w 46
interface-list r 46
interface-redetect w 46
kea-lfc-start w 46
lease4-add w 4 lease_cmds
lease4-del w 4 lease_cmds
lease4-get r 4 lease_cmds
lease4-get-all r 4 lease_cmds
lease4-get-by-client-id r 4 lease_cmds
lease4-get-by-hostname r 4 lease_cmds
lease4-get-by-hw-address r 4 lease_cmds
lease4-get-by-state r 4 lease_cmds
lease4-get-page r 4 lease_cmds
lease4-resend-ddns w 4 lease_cmds
lease4-update w 4 lease_cmds
lease4-wipe w 4 lease_cmds
lease4-write w 4 lease_cmds
lease6-add w 6 lease_cmds
lease6-bulk-apply w 6 lease_cmds
lease6-del w 6 lease_cmds
lease6-get r 6 lease_cmds
lease6-get-all r 6 lease_cmds
lease6-get-by-duid r 6 lease_cmds
lease6-get-by-hostname r 6 lease_cmds
lease6-get-by-hw-address r 6 lease_cmds
lease6-get-by-state r 6 lease_cmds
lease6-get-page r 6 lease_cmds
lease6-resend-ddns w 6 lease_cmds
lease6-update w 6 lease_cmds
lease6-wipe w 6 lease_cmds
lease6-write w 6 lease_cmds
leases-reclaim w 46
list-commands r a46d
network4-add w 4 subnet_cmds
network4-del w 4 subnet_cmds
network4-get r 4 subnet_cmds
network4-list r 4 subnet_cmds
network4-subnet-add w 4 subnet_cmds
network4-subnet-del w 4 subnet_cmds
network6-add w 6 subnet_cmds
network6-del w 6 subnet_cmds
network6-get r 6 subnet_cmds
network6-list r 6 subnet_cmds
network6-subnet-add w 6 subnet_cmds
network6-subnet-del w 6 subnet_cmds
perfmon-control w 46 perfmon
perfmon-get-all-durations w 46 perfmon
remote-class4-del w 4 cb_cmds
remote-class4-get r 4 cb_cmds
remote-class4-get-all r 4 cb_cmds
remote-class4-set w 4 cb_cmds
remote-class6-del w 6 cb_cmds
remote-class6-get r 6 cb_cmds
remote-class6-get-all r 6 cb_cmds
remote-class6-set w 6 cb_cmds
remote-global-parameter4-del w 4 cb_cmds
remote-global-parameter4-get r 4 cb_cmds
remote-global-parameter4-get-all r 4 cb_cmds
remote-global-parameter4-set w 4 cb_cmds
remote-global-parameter6-del w 6 cb_cmds
remote-global-parameter6-get r 6 cb_cmds
remote-global-parameter6-get-all r 6 cb_cmds
remote-global-parameter6-set w 6 cb_cmds
remote-network4-del w 4 cb_cmds
remote-network4-get r 4 cb_cmds
remote-network4-list r 4 cb_cmds
remote-network4-set w 4 cb_cmds
remote-network6-del w 6 cb_cmds
remote-network6-get r 6 cb_cmds
remote-network6-list r 6 cb_cmds
remote-network6-set w 6 cb_cmds
remote-option-def4-del w 4 cb_cmds
remote-option-def4-get r 4 cb_cmds
remote-option-def4-get-all r 4 cb_cmds
remote-option-def4-set w 4 cb_cmds
remote-option-def6-del w 6 cb_cmds
remote-option-def6-get r 6 cb_cmds
remote-option-def6-get-all r 6 cb_cmds
remote-option-def6-set w 6 cb_cmds
remote-option4-global-del w 4 cb_cmds
remote-option4-global-get r 4 cb_cmds
remote-option4-global-get-all r 4 cb_cmds
remote-option4-global-set w 4 cb_cmds
remote-option4-network-del w 4 cb_cmds
remote-option4-network-set w 4 cb_cmds
remote-option4-pool-del w 4 cb_cmds
remote-option4-pool-set w 4 cb_cmds
remote-option4-subnet-del w 4 cb_cmds
remote-option4-subnet-set w 4 cb_cmds
remote-option6-global-del w 6 cb_cmds
remote-option6-global-get r 6 cb_cmds
remote-option6-global-get-all r 6 cb_cmds
remote-option6-global-set w 6 cb_cmds
remote-option6-network-del w 6 cb_cmds
remote-option6-network-set w 6 cb_cmds
remote-option6-pd-pool-del w 6 cb_cmds
remote-option6-pd-pool-set w 6 cb_cmds
remote-option6-pool-del w 6 cb_cmds
remote-option6-pool-set w 6 cb_cmds
remote-option6-subnet-del w 6 cb_cmds
remote-option6-subnet-set w 6 cb_cmds
remote-server4-del w 4 cb_cmds
remote-server4-get r 4 cb_cmds
remote-server4-get-all r 4 cb_cmds
remote-server4-set w 4 cb_cmds
remote-server6-del w 6 cb_cmds
remote-server6-get r 6 cb_cmds
remote-server6-get-all r 6 cb_cmds
remote-server6-set w 6 cb_cmds
remote-subnet4-del-by-id w 4 cb_cmds
remote-subnet4-del-by-prefix w 4 cb_cmds
remote-subnet4-get-by-id r 4 cb_cmds
remote-subnet4-get-by-prefix r 4 cb_cmds
remote-subnet4-list r 4 cb_cmds
remote-subnet4-set w 4 cb_cmds
remote-subnet6-del-by-id w 6 cb_cmds
remote-subnet6-del-by-prefix w 6 cb_cmds
remote-subnet6-get-by-id r 6 cb_cmds
remote-subnet6-get-by-prefix r 6 cb_cmds
remote-subnet6-list r 6 cb_cmds
remote-subnet6-set w 6 cb_cmds
reservation-add w 46 host_cmds
reservation-del w 46 host_cmds
reservation-get r 46 host_cmds
reservation-get-all r 46 host_cmds
reservation-get-by-address r 46 host_cmds
reservation-get-by-hostname r 46 host_cmds
reservation-get-by-id r 46 host_cmds
reservation-get-page r 46 host_cmds
reservation-update w 46 host_cmds
server-tag-get r 46
sflq-pool4-del w 46 lease_cmds
sflq-pool4-get-all r 46 lease_cmds
sflq-pool4-get-by-range r 46 lease_cmds
sflq-pool4-get-by-subnet r 46 lease_cmds
sflq-pool4-rebuild w 46 lease_cmds
sflq-pool6-del w 46 lease_cmds
sflq-pool6-get-all r 46 lease_cmds
sflq-pool6-get-by-range r 46 lease_cmds
sflq-pool6-get-by-subnet r 46 lease_cmds
sflq-pool6-rebuild w 46 lease_cmds
shutdown w a46d
stat-lease4-get r 4 stat_cmds
stat-lease6-get r 6 stat_cmds
statistic-get r 46d
statistic-get-all r 46d
statistic-global-get-all r 46
statistic-remove w 46
statistic-remove-all w 46
statistic-reset w 46d
statistic-reset-all w 46d
statistic-sample-age-set w 46
statistic-sample-age-set-all w 46
statistic-sample-count-set w 46
statistic-sample-count-set-all w 46
status-get r a46d
subnet4-add w 4 subnet_cmds
subnet4-del w 4 subnet_cmds
subnet4-delta-add w 4 subnet_cmds
subnet4-delta-del w 4 subnet_cmds
subnet4-get r 4 subnet_cmds
subnet4-list r 4 subnet_cmds
subnet4-select-test r 4
subnet4-update w 4 subnet_cmds
subnet4o6-select-test r 4
subnet6-add w 6 subnet_cmds
subnet6-del w 6 subnet_cmds
subnet6-delta-add w 6 subnet_cmds
subnet6-delta-del w 6 subnet_cmds
subnet6-get r 6 subnet_cmds
subnet6-list r 6 subnet_cmds
subnet6-select-test r 6
subnet6-update w 6 subnet_cmds
version-get r a46d
`

/** The commands by name. */
export const keaCommands: ReadonlyMap<string, CommandDefinition> = new Map(rows.trim().split('\n').map(readRow))

function readRow(row: string): [string, CommandDefinition] {
  const [name = '', access, letters = '', hook = ''] = row.split(' ')
  return [name, { access: access === 'r' ? 'read' : 'write', hook, programs: programs[letters] ?? null }]
}
