package outgoing

import (
	"net/netip"
	"testing"
)

func TestPublic(t *testing.T) {
	rows := map[string]bool{
		"1.1.1.1": true, "8.8.8.8": true, "183.3.226.35": true, "2606:4700::1111": true, "240e::1": true, "::ffff:8.8.8.8": true,
		"100.63.255.255": true, "100.128.0.1": true, "172.15.0.1": true, "172.32.0.1": true, "198.17.255.255": true, "198.20.0.0": true,

		"127.0.0.1": false, "127.255.255.254": false, "::1": false, "::ffff:127.0.0.1": false, "::127.0.0.1": false,
		"0.0.0.0": false, "0.1.2.3": false, "::": false, "::ffff:0.0.0.0": false,
		"10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false, "fc00::1": false, "fd12::1": false, "::ffff:10.1.1.1": false,
		"169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "::ffff:169.254.169.254": false, "fd00:ec2::254": false,
		"100.64.0.1": false, "100.100.100.200": false, "100.127.255.255": false, "168.63.129.16": false,
		"224.0.0.1": false, "239.1.1.1": false, "ff02::1": false, "255.255.255.255": false, "240.0.0.1": false,
		"192.0.0.192": false, "192.0.2.1": false, "198.18.0.1": false, "198.51.100.1": false, "203.0.113.1": false, "192.88.99.1": false,
		"64:ff9b::7f00:1": false, "64:ff9b:1::7f00:1": false, "2002:7f00:1::": false, "2001:0:53aa:64c::": false, "2001:db8::1": false, "fec0::1": false,
	}
	for text, want := range rows {
		a, err := netip.ParseAddr(text)
		if err != nil {
			t.Fatal(err)
		}
		if public(a) != want {
			t.Errorf("%s is public: %v, want %v", text, !want, want)
		}
		if !a.Is4() {
			continue
		}
		if mapped := netip.AddrFrom16(a.As16()); public(mapped) != want {
			t.Errorf("%s, written as %s, is public: %v", text, mapped, !want)
		}
	}
}

// FuzzPublic: whatever form an inside IPv4 address takes, it is not public; and what is
// not an address of the kernel's is refused.
func FuzzPublic(f *testing.F) {
	f.Add(uint32(0x7f000001))
	f.Add(uint32(0xa9fea9fe))
	f.Add(uint32(0x08080808))
	f.Fuzz(func(t *testing.T, n uint32) {
		b := [4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}
		plain := netip.AddrFrom4(b)
		if mapped := netip.AddrFrom16(plain.As16()); public(mapped) != public(plain) {
			t.Errorf("%s and %s differ", plain, mapped)
		}
		inside := plain.IsPrivate() || plain.IsLoopback() || plain.IsLinkLocalUnicast() || plain.IsMulticast() || plain.IsUnspecified()
		if inside && public(plain) {
			t.Errorf("%s is public", plain)
		}
		nat64 := netip.AddrFrom16([16]byte{0, 0x64, 0xff, 0x9b, 12: b[0], 13: b[1], 14: b[2], 15: b[3]})
		sixToFour := netip.AddrFrom16([16]byte{0x20, 0x02, b[0], b[1], b[2], b[3], 15: 1})
		for _, a := range []netip.Addr{nat64, sixToFour} {
			if public(a) {
				t.Errorf("%s is public", a)
			}
		}
		if err := onlyPublic("tcp", netip.AddrPortFrom(plain, 443).String(), nil); (err == nil) != public(plain) {
			t.Errorf("%s: %v", plain, err)
		}
	})
}

func TestWhatIsNoAddressIsRefused(t *testing.T) {
	for _, text := range []string{"", "example.com:80", "0x7f000001:80", "2130706433:80", "0177.0.0.1:80", "127.1:80"} {
		if err := onlyPublic("tcp", text, nil); err == nil {
			t.Errorf("%q was let through", text)
		}
	}
}
