package wecom

import (
	"iter"
)

// pages goes through a list that WeCom gives page by page. Only an empty cursor ends
// it: a page may be empty while more follow. The first error is yielded and ends it.
func pages[T any](fetch func(cursor string) (items []T, next string, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		for cursor := ""; ; {
			items, next, err := fetch(cursor)
			if err != nil {
				yield(zero, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			if next == cursor {
				yield(zero, ErrCursor)
				return
			}
			cursor = next
		}
	}
}
