package web_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

func TestANoteAboutTheSameObjectTakesThePlaceOfTheEarlier(t *testing.T) {
	var got []web.Change
	f := newFixture(nil, web.Post("/act", "", "试", func(ctx context.Context, _ *struct{}) (*web.None, error) {
		web.Note(ctx, web.Change{Object: "thing:1", After: 1})
		web.Note(ctx, web.Change{Object: "thing:2", Before: 2})
		web.Note(ctx, web.Change{Object: "thing:1", After: 3}) // the transaction ran again
		got = web.Noted(ctx)
		return nil, nil
	}, web.For(web.Public)))
	w := f.call("POST", "/api/code/act", "")
	want := []web.Change{{Object: "thing:2", Before: 2}, {Object: "thing:1", After: 3}}
	if w.Code != 204 || !reflect.DeepEqual(got, want) {
		t.Errorf("%d, %+v", w.Code, got)
	}
}

func TestANoteOutsideARequestIsNothing(t *testing.T) {
	web.Note(t.Context(), web.Change{Object: "thing:1"})
	if got := web.Noted(t.Context()); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
