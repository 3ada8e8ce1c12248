package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

func TestCodes(t *testing.T) {
	f := fault.New(fault.Conflict, "名称重复").Because(io.EOF).WithAdvice("换一个名称")
	rows := []struct {
		name string
		err  error
		code fault.Code
	}{
		{"none", nil, ""},
		{"a fault", f, fault.Conflict},
		{"wrapped", fmt.Errorf("create: %w", f), fault.Conflict},
		{"joined", errors.Join(io.EOF, f), fault.Conflict},
		{"anything else", io.EOF, fault.Internal},
		{"missing", fault.Missing("客户"), fault.NotFound},
		{"formatted", fault.Newf(fault.Limited, "%d 次", 3), fault.Limited},
	}
	for _, row := range rows {
		if got := fault.CodeOf(row.err); got != row.code {
			t.Errorf("%s: %q, want %q", row.name, got, row.code)
		}
	}
	if !errors.Is(f, io.EOF) || f.Advice != "换一个名称" || f.Error() != "conflict: 名称重复: EOF" {
		t.Errorf("%v, %+v", f, f)
	}
	if fault.As(io.EOF) != nil || fault.As(nil) != nil || fault.As(fmt.Errorf("x: %w", f)) != f {
		t.Error("As finds the fault in the chain, or nothing")
	}
}

func TestCheck(t *testing.T) {
	var none fault.Check
	none.That(true, "name", "必填")
	if err := none.Err(); err != nil {
		t.Errorf("%v", err)
	}
	var c fault.Check
	c.That(false, "name", "必填")
	c.That(true, "limit", "至少 1")
	c.That(false, "shifts[0].from", "格式 10:30")
	f := fault.As(c.Err())
	want := []fault.Field{{Name: "name", Message: "必填"}, {Name: "shifts[0].from", Message: "格式 10:30"}}
	if f == nil || f.Code != fault.Invalid || !cmp.Equal(f.Fields, want) {
		t.Fatalf("%+v", f)
	}
	if got := f.Error(); got != "invalid: 填写有误，请检查标出的字段; name: 必填; shifts[0].from: 格式 10:30" {
		t.Errorf("%s", got)
	}
}
