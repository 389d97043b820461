package web

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
)

// number reads a header that must be there once, as decimal digits and nothing else.
func number(h http.Header, name string) (int64, error) {
	values := h.Values(name)
	if len(values) != 1 {
		return 0, errBadRequest.Withf("The header %s is needed, once.", name)
	}
	n, err := strconv.ParseUint(values[0], 10, 63)
	if err != nil {
		return 0, errBadRequest.Withf("The header %s must be a whole number that isn’t negative.", name)
	}
	return int64(n), nil
}

// metadata reads "key base64,key base64": each key once, a value may be missing. What isn't known is ignored.
func metadata(text string) (map[string]string, error) {
	pairs := make(map[string]string)
	if len(text) > 8<<10 {
		return nil, errBadRequest.Withf("The header Upload-Metadata is too long; 8192 bytes are allowed.")
	}
	if strings.TrimSpace(text) == "" {
		return pairs, nil
	}
	for pair := range strings.SplitSeq(text, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(pair), " ")
		decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(value))
		if _, twice := pairs[key]; err != nil || key == "" || twice {
			return nil, errBadRequest.Withf("The header Upload-Metadata must hold pairs of a key, a space and a value in base64, with commas between them.")
		}
		pairs[key] = string(decoded)
	}
	return pairs, nil
}
