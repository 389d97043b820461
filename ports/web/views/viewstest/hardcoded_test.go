package viewstest

import (
	"slices"
	"testing"
)

func TestHardCoded(t *testing.T) {
	for page, want := range map[string][]string{
		`<p>⟦Hélló⟧</p><p>«Ingrid» 12 · 3</p><p>⟦á <b>«x»</b> b⟧</p><script>alert()</script><span class="brand__mark">H</span>`: nil,
		`<p aria-label="Close">«Ingrid»  signed
			in</p>`: {"Close", "«Ingrid» signed in"},
		`<img alt="A boat"><input placeholder="Search"><p title="⟦x⟧ y">⟦z⟧</p>`: {"A boat", "Search", "⟦x⟧ y"},
	} {
		if got, err := HardCoded(page); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; want %q", page, got, err, want)
		}
	}
}
