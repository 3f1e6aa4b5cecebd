# Runs a program in a pseudo-terminal: COLUMNS COMMAND... Lines of standard input are `WAIT TEXT`: type TEXT (Python
# escapes) once WAIT was seen behind what was seen before. Prints all that the terminal got; ends with its exit code.
import codecs
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

steps = [line.rstrip("\n").split(" ", 1) for line in sys.stdin if line.strip()]
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
output, seen = bytearray(), 0
end = time.monotonic() + 30
while time.monotonic() < end:
    if steps:
        at = output.find(steps[0][0].encode(), seen)
        if at >= 0:
            seen = at + len(steps[0][0])
            os.write(terminal, codecs.decode(steps.pop(0)[1], "unicode_escape").encode("latin-1"))
    if not select.select([terminal], [], [], 0.1)[0]:
        continue
    try:
        got = os.read(terminal, 65536)
    except OSError:
        break
    if not got:
        break
    output += got
else:
    os.kill(pid, 9)
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(bytes(output).replace(b"\r\n", b"\n"))
sys.exit(os.waitstatus_to_exitcode(status) & 255)
