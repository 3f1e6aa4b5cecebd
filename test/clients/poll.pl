# Asks one agent three times over kept connections with LWP, which shows its credentials only after a challenge.
# Arguments: URL, CA or "-", certificate or "-", key or "-", user or "-", password, request body.
use strict;
use warnings;
use HTTP::Request;
use LWP::UserAgent;

my ($url, $ca, $cert, $key, $user, $password, $body) = @ARGV;
my %tls = $ca eq '-' ? () : (SSL_ca_file => $ca);
%tls = (%tls, SSL_cert_file => $cert, SSL_key_file => $key) if $cert ne '-';
my $agent = LWP::UserAgent->new(keep_alive => 1, timeout => 30, ssl_opts => { verify_hostname => 1, %tls });
if ($user ne '-') {
    my ($authority) = $url =~ m{//([^/]+)};
    $agent->credentials($authority, 'kea', $user, $password);
}
for (1 .. 3) {
    my $response = $agent->request(HTTP::Request->new(POST => $url, ['Content-Type' => 'application/json'], $body));
    die $response->status_line . "\n" . $response->content unless $response->is_success;
    print $response->content, "\n";
}
