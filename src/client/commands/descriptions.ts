// What each of Kea's commands does, in one line, and its arguments. `#` in a name stands for 4 and 6; an argument with
// `?` can be left out, and one with `6` behind it is for DHCPv6 only. The names are facts of Kea's API, 2.2 to 3.0.
// They are not checked here: the daemon does that.

export interface Description {
  /** One line. */
  readonly summary: string
  readonly arguments: readonly { readonly name: string; readonly optional: boolean }[]
}

/** Name, arguments, what it does. */
const rows = `
build-report || how the program was built
cache-clear || removes all cached reservations
cache-flush || removes the oldest cached reservations
cache-get || shows all cached reservations
cache-get-by-id | hw-address? duid? circuit-id? client-id? flex-id? | cached reservations of one client
cache-insert | subnet-id4? subnet-id6? ip-address? hostname? | puts a reservation into the cache
cache-load || reads the cache from a file
cache-remove | ip-address? subnet-id4? subnet-id6? | removes one cached reservation
cache-size || how many reservations are cached
cache-write || writes the cache to a file
class-add | client-classes | adds a client class
class-del | name | removes a client class
class-get | name | shows one client class
class-list || names all client classes
class-update | client-classes | replaces a client class
config-backend-pull || reads what changed in the configuration database
config-get || the configuration in force
config-hash-get || a hash of the configuration in force
config-reload || reads the configuration file again
config-set || replaces the configuration in force by the one given
config-test || checks a configuration without using it
config-write | filename? | writes the configuration in force to a file
dhcp-disable | max-period? origin? | stops serving DHCP, for so many seconds
dhcp-enable | origin? | serves DHCP again
extended-info#-upgrade || completes the tables of lease queries
gss-tsig-get | server-id | one DNS server with its GSS-TSIG keys
gss-tsig-get-all || all DNS servers with their GSS-TSIG keys
gss-tsig-key-del | key-name | removes a GSS-TSIG key
gss-tsig-key-expire | key-name | lets a GSS-TSIG key expire
gss-tsig-key-get | key-name | shows a GSS-TSIG key
gss-tsig-list || names all DNS servers and GSS-TSIG keys
gss-tsig-purge | server-id | removes old GSS-TSIG keys of a DNS server
gss-tsig-purge-all || removes all old GSS-TSIG keys
gss-tsig-rekey | server-id | makes a new GSS-TSIG key for a DNS server
gss-tsig-rekey-all || makes new GSS-TSIG keys for all DNS servers
ha-continue | server-name? | resumes a paused high availability state machine
ha-heartbeat | server-name? | the high availability state of a server
ha-maintenance-cancel | server-name? | ends maintenance of the partner
ha-maintenance-notify | cancel server-name? | tells a server that its partner goes into maintenance
ha-maintenance-start | server-name? | takes over so that the partner can be maintained
ha-reset | server-name? | starts the high availability state machine from the beginning
ha-scopes | scopes server-name? | sets the scopes that a server serves
ha-sync | server-name max-period? | fetches the leases of the partner
ha-sync-complete-notify | server-name? | tells that the partner has all leases
interface-add | interfaces | adds network interfaces
interface-list || lists the network interfaces
interface-redetect || looks for network interfaces again
kea-lfc-start || cleans up the lease file
lease#-add | ip-address subnet-id? hw-address? client-id? duid6 iaid6 hostname? valid-lft? expire? state? user-context? comment? | adds a lease
lease#-bulk-apply | deleted-leases? leases? | adds, changes and removes leases at once
lease#-del | ip-address? subnet-id? identifier-type? identifier? type? iaid? update-ddns? | removes a lease
lease#-get | ip-address? subnet-id? identifier-type? identifier? type? iaid? | the lease of an address or of a client
lease#-get-all | subnets? | all leases, or those of some subnets
lease#-get-by-client-id | client-id | leases of a client identifier
lease#-get-by-duid | duid | leases of a DUID
lease#-get-by-hostname | hostname | leases of a host name
lease#-get-by-hw-address | hw-address | leases of a hardware address
lease#-get-by-state | state subnet-id? | leases in one state
lease#-get-page | from limit | leases page by page (ask --all: all of them)
lease#-resend-ddns | ip-address | sends the DNS update of a lease again
lease#-update | ip-address subnet-id? hw-address? client-id? duid6 iaid6 hostname? valid-lft? expire? state? force-create? user-context? | changes a lease
lease#-wipe | subnet-id? | removes all leases of a subnet
lease#-write | filename | writes the leases to a file
leases-reclaim | remove | reclaims expired leases now
list-commands || names the commands that can be run
network#-add | shared-networks | adds a shared network
network#-del | name subnets-action? | removes a shared network
network#-get | name | shows a shared network
network#-list || names all shared networks
network#-subnet-add | name id | puts a subnet into a shared network
network#-subnet-del | name id | takes a subnet out of a shared network
perfmon-control | enable-monitoring? stats-mgr-reporting? | switches performance monitoring on and off
perfmon-get-all-durations | result-set-format? | what performance monitoring has measured
remote-class#-del | client-classes remote? | removes a client class from the database
remote-class#-get | client-classes remote? | a client class of the database
remote-class#-get-all | server-tags remote? | client classes of the database
remote-class#-set | client-classes server-tags remote? | puts a client class into the database
remote-global-parameter#-del | parameters server-tags remote? | removes a global parameter from the database
remote-global-parameter#-get | parameters server-tags remote? | a global parameter of the database
remote-global-parameter#-get-all | server-tags remote? | global parameters of the database
remote-global-parameter#-set | parameters server-tags remote? | puts a global parameter into the database
remote-network#-del | shared-networks subnets-action? remote? | removes a shared network from the database
remote-network#-get | shared-networks subnets-include? remote? | a shared network of the database
remote-network#-list | server-tags remote? | names the shared networks of the database
remote-network#-set | shared-networks server-tags remote? | puts a shared network into the database
remote-option#-global-del | options server-tags remote? | removes a global option from the database
remote-option#-global-get | options server-tags remote? | a global option of the database
remote-option#-global-get-all | server-tags remote? | global options of the database
remote-option#-global-set | options server-tags remote? | puts a global option into the database
remote-option#-network-del | shared-networks options remote? | removes an option of a shared network from the database
remote-option#-network-set | shared-networks options remote? | puts an option of a shared network into the database
remote-option#-pd-pool-del | pd-pools options remote? | removes an option of a prefix pool from the database
remote-option#-pd-pool-set | pd-pools options remote? | puts an option of a prefix pool into the database
remote-option#-pool-del | pools options remote? | removes an option of a pool from the database
remote-option#-pool-set | pools options remote? | puts an option of a pool into the database
remote-option#-subnet-del | subnets options remote? | removes an option of a subnet from the database
remote-option#-subnet-set | subnets options remote? | puts an option of a subnet into the database
remote-option-def#-del | option-defs server-tags remote? | removes an option definition from the database
remote-option-def#-get | option-defs server-tags remote? | an option definition of the database
remote-option-def#-get-all | server-tags remote? | option definitions of the database
remote-option-def#-set | option-defs server-tags remote? | puts an option definition into the database
remote-server#-del | servers remote? | removes a server from the database
remote-server#-get | servers remote? | a server of the database
remote-server#-get-all | remote? | servers of the database
remote-server#-set | servers remote? | puts a server into the database
remote-subnet#-del-by-id | subnets remote? | removes a subnet from the database, by its number
remote-subnet#-del-by-prefix | subnets remote? | removes a subnet from the database, by its prefix
remote-subnet#-get-by-id | subnets remote? | a subnet of the database, by its number
remote-subnet#-get-by-prefix | subnets remote? | a subnet of the database, by its prefix
remote-subnet#-list | server-tags remote? | the subnets of the database
remote-subnet#-set | subnets server-tags remote? | puts a subnet into the database
reservation-add | reservation operation-target? | adds a reservation
reservation-del | subnet-id ip-address? identifier-type? identifier? operation-target? | removes a reservation
reservation-get | subnet-id ip-address? identifier-type? identifier? operation-target? | one reservation
reservation-get-all | subnet-id operation-target? | the reservations of a subnet
reservation-get-by-address | ip-address subnet-id? operation-target? | the reservations of an address
reservation-get-by-hostname | hostname subnet-id? operation-target? | the reservations of a host name
reservation-get-by-id | identifier-type identifier operation-target? | the reservations of a client
reservation-get-page | subnet-id? limit source-index? from? operation-target? | reservations page by page (ask --all: all of them)
reservation-update | reservation operation-target? | replaces a reservation
server-tag-get || the tag by which a server finds its part of the database
sflq-pool#-del | start-address end-address | removes a pool of shared leases
sflq-pool#-get-all || all pools of shared leases
sflq-pool#-get-by-range | start-address end-address | pools of shared leases in a range
sflq-pool#-get-by-subnet | subnet-id | pools of shared leases of a subnet
sflq-pool#-rebuild | start-address end-address | makes a pool of shared leases again
shutdown | exit-value? | ends the program
stat-lease#-get | subnet-id? subnet-range? | how many leases the subnets have
statistic-get | name | one statistic
statistic-get-all || all statistics
statistic-global-get-all || the statistics that are of no subnet
statistic-remove | name | removes a statistic
statistic-remove-all || removes all statistics
statistic-reset | name | sets a statistic to zero
statistic-reset-all || sets all statistics to zero
statistic-sample-age-set | name duration | how long the samples of a statistic are kept
statistic-sample-age-set-all | duration | how long the samples of all statistics are kept
statistic-sample-count-set | name max-samples | how many samples of a statistic are kept
statistic-sample-count-set-all | max-samples | how many samples of all statistics are kept
status-get || state of the program: process, uptime, high availability
subnet#-add | subnet# | adds a subnet
subnet#-del | id | removes a subnet
subnet#-delta-add | subnet# | changes parts of a subnet
subnet#-delta-del | subnet# | removes parts of a subnet
subnet#-get | id? subnet? | one subnet
subnet#-list || all subnets
subnet#-select-test | interface? address? relay? remote? classes? | the subnet that a client would be given
subnet#-update | subnet# | replaces a subnet
subnet4o#-select-test | interface? address? remote? interface-id? classes? | the subnet that a DHCPv4-over-DHCPv6 client would be given
version-get || the version of the program
`

let byName: ReadonlyMap<string, Description> | null = null

/** By the name of the command. Made when it is first asked for: few calls of `ask` show a description. */
export function descriptions(): ReadonlyMap<string, Description> {
  return (byName ??= new Map(rows.trim().split('\n').flatMap(readRow)))
}

/** One command, or that of each version of the protocol. */
function readRow(row: string): readonly (readonly [string, Description])[] {
  const [name = '', words = '', summary = ''] = row.split('|').map((each) => each.trim())
  return (name.includes('#') ? ['4', '6'] : ['']).map((version) => [name.replace('#', version), {
    summary,
    arguments: words.split(' ').filter((word) => word !== '' && (version !== '4' || !/^(?:duid|iaid)6$/.test(word))).map((word) => ({
      name: word.replaceAll('#', version).replace(/^(duid|iaid)6$/, '$1').replace('?', ''),
      optional: word.endsWith('?'),
    })),
  }])
}
