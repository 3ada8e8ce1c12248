package churn

import "testing"

func TestUnusual(t *testing.T) {
	for name, c := range map[string]struct {
		usual Usual
		today int
		want  bool
	}{
		"nothing":                                   {Usual{0, 0}, 0, false},
		"few, though never before":                  {Usual{0, 0}, 4, false},
		"five, and never before":                    {Usual{0, 0}, 5, true},
		"five, and no colleagues":                   {Usual{0, -1}, 5, true},
		"three times what he has":                   {Usual{2, 0.5}, 6, true},
		"not quite three times":                     {Usual{2.1, 0.5}, 6, false},
		"always many":                               {Usual{20, 1}, 40, false},
		"many even for him":                         {Usual{20, 1}, 60, true},
		"his colleagues have as many":               {Usual{0.1, 3}, 8, false},
		"three times what colleagues have":          {Usual{0.1, 3}, 9, true},
		"far above colleagues but usual for him":    {Usual{5, 0.1}, 14, false},
		"usual for him, and he has no colleagues":   {Usual{5, -1}, 14, false},
		"unusual for him, and he has no colleagues": {Usual{5, -1}, 15, true},
	} {
		if got := c.usual.Exceeded(c.today); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
