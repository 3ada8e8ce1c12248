package secret

import "log/slog"

// Text is a secret in memory. It never prints: not by fmt, not in JSON, not in a log.
type Text struct{ s string }

// NewText wraps a secret.
func NewText(s string) Text { return Text{s} }

// Reveal gives the secret to the one place that needs it.
func (t Text) Reveal() string { return t.s }

// IsZero is true when there is no secret.
func (t Text) IsZero() bool { return t.s == "" }

// String shows only whether there is one.
func (t Text) String() string {
	if t.s == "" {
		return ""
	}
	return "••••"
}

// GoString is String, so that %#v prints nothing more.
func (t Text) GoString() string { return t.String() }

// LogValue is String, for slog.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText is String: a secret does not leave by JSON.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText takes a secret in, e.g. from a form or the configuration.
func (t *Text) UnmarshalText(b []byte) error { t.s = string(b); return nil }
