package static

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"portico/domain/firm"
)

// luminance is WCAG's of an OKLCH colour as screens of today show it: what is outside of sRGB is cut off.
func luminance(l, c, h float64) float64 {
	a, b := c*math.Cos(h*math.Pi/180), c*math.Sin(h*math.Pi/180)
	cube := func(x float64) float64 { return x * x * x }
	long, medium, short := cube(l+0.3963377774*a+0.2158037573*b), cube(l-0.1055613458*a-0.0638541728*b), cube(l-0.0894841775*a-1.2914855480*b)
	cut := func(x float64) float64 { return min(max(x, 0), 1) }
	red := cut(4.0767416621*long - 3.3077115913*medium + 0.2309699292*short)
	green := cut(-1.2684380046*long + 2.6097574011*medium - 0.3413193965*short)
	blue := cut(-0.0041960863*long - 0.7034186147*medium + 1.7076147010*short)
	return 0.2126*red + 0.7152*green + 0.0722*blue
}

func contrast(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }

// Rule 8 of domain/firm: whatever hue a practice has chosen, its buttons, links and marks can be read, light and dark.
func TestEveryHueCanBeRead(t *testing.T) {
	tokens, err := os.ReadFile("css/_tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	pair := regexp.MustCompile(`(--[a-z-]+): light-dark\((` + colour + `), (` + colour + `)\);`)
	type tokenPair struct{ light, dark string }
	pairs := map[string]tokenPair{}
	for _, m := range pair.FindAllStringSubmatch(string(tokens), -1) {
		pairs[m[1]] = tokenPair{m[2], m[3]}
	}
	read := func(text string, hue int) float64 {
		text = strings.ReplaceAll(text, "var(--accent-hue)", strconv.Itoa(hue))
		parts := strings.Fields(strings.TrimSuffix(strings.TrimPrefix(text, "oklch("), ")"))
		var n [3]float64
		for i := range n {
			if n[i], err = strconv.ParseFloat(parts[i], 64); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
		return luminance(n[0], n[1], n[2])
	}
	if white, black := luminance(1, 0, 0), luminance(0, 0, 0); math.Abs(contrast(white, black)-21) > 0.1 {
		t.Fatalf("white on black is %.2f", contrast(white, black))
	}
	worst := 21.0
	for hue := 0; hue < 360; hue += firm.HueStep {
		for _, c := range [][2]string{
			{"--accent-ink", "--accent"}, {"--accent-ink", "--accent-hover"}, {"--accent-text", "--card"}, {"--accent-text", "--ground"},
			{"--accent-text", "--side"}, {"--accent-text", "--accent-soft"}, {"--accent-text", "--raised"}, {"--accent-text", "--hover"},
		} {
			ink, ground := pairs[c[0]], pairs[c[1]]
			if ink.light == "" || ground.light == "" {
				t.Fatalf("there is no %s or %s", c[0], c[1])
			}
			light, dark := contrast(read(ink.light, hue), read(ground.light, hue)), contrast(read(ink.dark, hue), read(ground.dark, hue))
			if light < 4.5 || dark < 4.5 {
				t.Errorf("hue %d: %s on %s has %.2f in the light and %.2f in the dark", hue, c[0], c[1], light, dark)
			}
			worst = min(worst, light, dark)
		}
	}
	t.Logf("the worst is %.2f", worst)
}

// Each hue that a practice can choose has its line, and the product's own needs none.
func TestEveryHueIsThere(t *testing.T) {
	accents, err := os.ReadFile("css/accent.css")
	if err != nil {
		t.Fatal(err)
	}
	for hue := 0; hue < 360; hue += firm.HueStep {
		n := strconv.Itoa(hue)
		if !strings.Contains(string(accents), `[data-accent="`+n+`"] { --accent-hue: `+n+`; }`) {
			t.Errorf("hue %d has no line", hue)
		}
	}
	tokens, err := os.ReadFile("css/_tokens.css")
	if err != nil || !strings.Contains(string(tokens), "--accent-hue: "+strconv.Itoa(firm.DefaultHue)+";") {
		t.Errorf("the product's hue is another: %v", err)
	}
}
