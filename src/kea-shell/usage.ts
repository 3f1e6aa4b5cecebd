// What `kea-shell -h` says.

const synopsis = `usage: kea-shell [-h] [--host HOST] [--port PORT] [--path PATH] [--ca CA] [--cert CERT] [--key KEY]
                 [--timeout TIMEOUT] [--service [SERVICE]] [--auth-user USER] [--auth-password PASSWORD]
                 [--auth-password-file FILE] [-v] [-V] [command]
`

export const help = `${synopsis}
Sends one command to keagate, kea-ctrl-agent or a daemon of Kea, and prints the answer as it comes. The arguments of the
command are read from standard input: what stands between the braces.

  command                    what is to be run (list-commands)
  --host HOST                (127.0.0.1)
  --port PORT                (8000)
  --path PATH                what follows the first slash of the URL
  --ca CA                    file or folder of the authority of the server; with it the connection is TLS
  --cert CERT, --key KEY     the client's certificate and its key, both or none
  --timeout TIMEOUT          seconds until it gives up; 0: never (10)
  --service [SERVICE]        the daemon that the command is for, once or often; none: the program at that address
  --auth-user USER           name and
  --auth-password PASSWORD   password, which others on this host can read in the list of processes
  --auth-password-file FILE  instead: the first line of this file
  -v, -V                     print the version, or all that is to be said of it
  -h, --help                 this text

Exit code: 0 there was an answer, whatever it says, 1 there was none, 2 words that cannot be understood.
`

/** For standard error. */
export function usageError(text: string): string {
  return `${synopsis}kea-shell: error: ${text}\n`
}
