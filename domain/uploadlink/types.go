package uploadlink

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"portico/domain/fault"
)

// MaxFileSize is the largest file in bytes: 4.999342 binary gigabytes, just under 5 GiB (S1.6, S1.i11).
const MaxFileSize int64 = 5_368_002_597

const maxExtension = len(".jpeg") + 11 // longer ones are no extension

// What can be wrong with a file before its first byte travels.
var (
	ErrTooLarge = fault.New(fault.TooLarge, "uploadlink.too_large",
		"This file is too large. Compress it, split it, or ask the practice for another way.")
	ErrEmpty = fault.New(fault.Invalid, "uploadlink.empty",
		"This file is empty. If it is a folder, compress it first; if it is in a cloud, save it to your device first.")
	ErrType = fault.New(fault.Unsupported, "uploadlink.type",
		"This type of file is not accepted. These are: "+accepted+".")
)

// accepted are the extensions of S1.5 and zip (S1.i9).
const accepted = "bmp csv doc docx emf eml heic htm html jp2 jpeg jpg mkv mov mp4 msg ods odt pdf png ppt pptx rtf tif " +
	"tiff txt xls xlsm xlsx xod xps zip"

// Extensions lists the accepted ones, in lower case without dot, sorted: the 31 of S1.5 and zip (S1.i9).
func Extensions() []string { return strings.Fields(accepted) }

// Extension is name's, in lower case without dot; "" without one.
func Extension(name string) string {
	dot := strings.LastIndexByte(name, '.')
	if dot <= 0 {
		return ""
	}
	return strings.ToLower(name[dot+1:])
}

func checkType(name string) error {
	extension := Extension(name)
	switch {
	case slices.Contains(Extensions(), extension):
		return nil
	case extension == "" || len(extension) > maxExtension:
		return ErrType.Withf("This file has no extension that tells its type. These are accepted: %s.", accepted)
	}
	return ErrType.Withf("Files of type %s are not accepted. These are: %s.", extension, accepted)
}

func checkSize(size, limit int64) error {
	if limit <= 0 || limit > MaxFileSize {
		limit = MaxFileSize
	}
	switch {
	case size <= 0:
		return ErrEmpty
	case size > limit:
		return ErrTooLarge.Withf("This file has %s bytes; at most %s (%s) are accepted. Compress it, split it, or ask the practice for another way.",
			grouped(size), grouped(limit), gigabytes(limit))
	}
	return nil
}

// grouped writes 5368002597 as 5,368,002,597.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// gigabytes writes bytes in binary gigabytes as the help pages do, "4.999342 GB", or in megabytes below one.
func gigabytes(n int64) string {
	if n < 1<<30 {
		return trimZeros(fmt.Sprintf("%.3f", float64(n)/(1<<20))) + " MB"
	}
	return trimZeros(fmt.Sprintf("%.6f", float64(n)/(1<<30))) + " GB"
}

func trimZeros(s string) string { return strings.TrimRight(strings.TrimRight(s, "0"), ".") }
