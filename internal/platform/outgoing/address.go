package outgoing

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// notPublic gives the networks in which somebody else's name has no business, beside those
// that package netip knows by name (RFC 6890 and the registries that followed it).
func notPublic() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),        // this network
		netip.MustParsePrefix("100.64.0.0/10"),    // shared between customers of a carrier; clouds keep metadata here
		netip.MustParsePrefix("168.63.129.16/32"), // metadata of a cloud, on an address like any other
		netip.MustParsePrefix("192.0.0.0/24"),     // protocol assignments
		netip.MustParsePrefix("192.0.2.0/24"),     // documentation
		netip.MustParsePrefix("192.88.99.0/24"),   // 6to4 relays
		netip.MustParsePrefix("198.18.0.0/15"),    // benchmarks
		netip.MustParsePrefix("198.51.100.0/24"),  // documentation
		netip.MustParsePrefix("203.0.113.0/24"),   // documentation
		netip.MustParsePrefix("240.0.0.0/4"),      // reserved, broadcast
		netip.MustParsePrefix("::/96"),            // unspecified, loopback, IPv4-compatible
		netip.MustParsePrefix("64:ff9b::/96"),     // IPv4 behind a translator: any IPv4 address
		netip.MustParsePrefix("64:ff9b:1::/48"),   // the same, local
		netip.MustParsePrefix("100::/64"),         // discard
		netip.MustParsePrefix("2001::/23"),        // protocol assignments, Teredo among them: any IPv4 address
		netip.MustParsePrefix("2001:db8::/32"),    // documentation
		netip.MustParsePrefix("2002::/16"),        // 6to4: any IPv4 address
		netip.MustParsePrefix("3fff::/20"),        // documentation
		netip.MustParsePrefix("5f00::/16"),        // segment routing
		netip.MustParsePrefix("fec0::/10"),        // site-local, of old
	}
}

// public tells whether an address is one of the internet's and not of a network that only
// we can reach.
func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("") // ::ffff:127.0.0.1 is 127.0.0.1
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false // loopback, link-local with the clouds' metadata, multicast, unspecified, private
	}
	for _, p := range notPublic() {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// dialer opens connections. A strict one looks at the very address that it is about to
// connect to, after the name was resolved: whatever a name resolved to a moment ago, and
// whoever redirected, plays no part.
func dialer(resolver *net.Resolver, strict bool) func(ctx context.Context, network, address string) (net.Conn, error) {
	free := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second, Resolver: resolver}
	if !strict {
		return free.DialContext
	}
	checked := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second, Resolver: resolver, Control: onlyPublic}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if isProxy(address) {
			return free.DialContext(ctx, network, address)
		}
		return checked.DialContext(ctx, network, address)
	}
}

func onlyPublic(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s is no address", ErrInside, address)
	}
	if !public(to.Addr()) {
		return fmt.Errorf("%w: %s", ErrInside, to.Addr())
	}
	return nil
}

// isProxy tells whether an address is that of the operator's proxy, which lies inside the
// network as a rule. What is called through it is checked by the list, and by its own rules.
func isProxy(address string) bool {
	for _, scheme := range []string{"http", "https"} {
		// Any name that is not excluded from proxying will do; it is not resolved.
		proxy, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: scheme, Host: "proxied.invalid"}})
		if err != nil || proxy == nil {
			continue
		}
		port := proxy.Port()
		if port == "" {
			port = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[proxy.Scheme]
		}
		if address == net.JoinHostPort(proxy.Hostname(), port) {
			return true
		}
	}
	return false
}

// carrier is a transport on a way to dial.
func carrier(dial func(ctx context.Context, network, address string) (net.Conn, error)) *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dial,
		TLSHandshakeTimeout:   dialTimeout,
		ResponseHeaderTimeout: headerTimeout,
		MaxIdleConnsPerHost:   32,
		IdleConnTimeout:       90 * time.Second,
		ForceAttemptHTTP2:     true,
	}
}
