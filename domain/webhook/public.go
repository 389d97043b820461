package webhook

import "net/netip"

// reserved are networks that the internet doesn't lead to, or that lead elsewhere than they look: the registries of special
// purposes (RFC 6890), and the ways in which an IPv6 address can mean an IPv4 one.
var reserved = func() (all []netip.Prefix) {
	for _, p := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
		"192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
		"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", // Teredo and others, documentation, 6to4
	} {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}()

// unicast is all of IPv6 that the internet leads to: outside of it are loopback, link-local and local addresses, groups,
// and NAT64.
var unicast = netip.MustParsePrefix("2000::/3")

// Public tells whether an address is one of the internet's. An IPv4 address in IPv6's spelling is what it spells.
func Public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.Zone() != "" || a.Is6() && !unicast.Contains(a) {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
