package profile

import (
	"cmp"
	"context"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type customerInput struct {
	ID id.ID `path:"id" doc:"of the customer, ours"`
}

// Profile is what the corp keeps of one customer.
type Profile struct {
	Fields []Filled `json:"fields" doc:"those the viewer sees, in their order"`
	// Missing are required fields without a value.
	Missing   int        `json:"missing" doc:"required fields without a value"`
	Blacklist *Blacklist `json:"blacklist,omitempty" doc:"absent when not on it"`
	Same      Same       `json:"same"`
}

// Filled is a field with its values.
type Filled struct {
	FieldView
	Values []string   `json:"values" doc:"texts; keys of a choice's options; ids of files; telephone numbers masked"`
	Files  []FileView `json:"files,omitempty"`
	Masked bool       `json:"masked,omitempty" doc:"values hide digits; GET /customers/{id}/phones has them in full"`
}

// Get shows a customer's profile.
func (s *service) Get(ctx context.Context, in *customerInput) (*Profile, error) {
	v, c, err := s.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return s.profile(ctx, s.db.Read(), v, c)
}

func (s *service) profile(ctx context.Context, q db.Querier, v viewer.Viewer, c mirror.Customer) (*Profile, error) {
	fields, err := fieldsOf(ctx, q, v.Corp)
	if err != nil {
		return nil, err
	}
	persons, err := personsOf(ctx, q, v.Corp, []string{c.Customer})
	if err != nil {
		return nil, err
	}
	key := cmp.Or(persons[c.Customer].Main, c.Customer)
	all, err := valuesOf(ctx, q, v.Corp, []string{key})
	if err != nil {
		return nil, err
	}
	has := all.of(key)
	files, err := filesByID(ctx, q, v.Corp, fileTexts(fields, has))
	if err != nil {
		return nil, err
	}
	p := &Profile{Fields: []Filled{}, Blacklist: blacklistOf(persons[c.Customer])}
	for _, f := range fields {
		if f.Archived || !f.seenBy(v) {
			continue
		}
		filled := Filled{FieldView: FieldView{Field: f, Fills: fills(v, f)}, Values: textsOf(has[f.ID])}
		switch f.Kind {
		case Phone:
			// Masked for everybody, as on the customer's page; who may reads them one by one.
			filled.Values, filled.Masked = viewer.MaskPhones(filled.Values), len(filled.Values) > 0
		case File:
			filled.Files = []FileView{}
			for _, t := range filled.Values {
				if file, ok := files[t]; ok {
					filled.Files = append(filled.Files, file)
				}
			}
		default: // the texts say it all
		}
		if f.Required && len(filled.Values) == 0 {
			p.Missing++
		}
		p.Fields = append(p.Fields, filled)
	}
	p.Same, err = s.sameOf(ctx, q, v, c)
	return p, err
}

func fileTexts(fields []Field, has map[id.ID][]cell) []string {
	var texts []string
	for _, f := range fields {
		if f.Kind == File {
			texts = append(texts, textsOf(has[f.ID])...)
		}
	}
	return texts
}

// PhoneValue is a telephone field in full.
type PhoneValue struct {
	Field  id.ID    `json:"field"`
	Values []string `json:"values"`
}

// PhoneValues are the telephone fields of one customer in full.
type PhoneValues struct {
	Items []PhoneValue `json:"items"`
}

// Phones reads the telephone fields of a customer in full; the audit log knows who did.
// They stay masked for those who may not read telephone numbers.
func (s *service) Phones(ctx context.Context, in *customerInput) (*PhoneValues, error) {
	v, c, err := s.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	fields, err := fieldsOf(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	group, err := groupOf(ctx, s.db.Read(), v.Corp, c.Customer)
	if err != nil {
		return nil, err
	}
	all, err := valuesOf(ctx, s.db.Read(), v.Corp, group[:1])
	if err != nil {
		return nil, err
	}
	found := &PhoneValues{Items: []PhoneValue{}}
	for _, f := range fields {
		if f.Kind == Phone && !f.Archived && f.seenBy(v) {
			numbers := textsOf(all.of(group[0])[f.ID])
			if !v.Can(viewer.PermissionPhone) {
				numbers = viewer.MaskPhones(numbers)
			}
			found.Items = append(found.Items, PhoneValue{f.ID, numbers})
		}
	}
	web.Note(ctx, web.Change{Object: "customer:" + c.ID.String()})
	return found, nil
}

// Value is what one field shall hold.
type Value struct {
	Field  id.ID    `json:"field"`
	Values []string `json:"values" maxItems:"200" doc:"none to clear it; keys of options, ids of files, else one text"`
}

type putValues struct {
	ID   id.ID `path:"id" doc:"of the customer, ours"`
	Body struct {
		Values []Value `json:"values" minItems:"1" maxItems:"100" doc:"the fields that change"`
	}
}

// PutValues fills in fields of one customer. Fields that are not named stay as they are.
func (s *service) PutValues(ctx context.Context, in *putValues) (*Profile, error) {
	v, c, err := s.seen(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	var p *Profile
	err = s.again(ctx, func(ctx context.Context, tx db.Tx) error {
		fields, err := fieldsOf(ctx, tx, v.Corp)
		if err != nil {
			return err
		}
		group, err := groupOf(ctx, tx, v.Corp, c.Customer)
		if err != nil {
			return err
		}
		all, err := valuesOf(ctx, tx, v.Corp, group[:1])
		if err != nil {
			return err
		}
		e, err := s.editOf(ctx, tx, v, fields, in.Body.Values, all.of(group[0]), group)
		if err != nil {
			return err
		}
		e.customer = c.Customer
		outcomes, err := s.apply(ctx, tx, v.Corp, fields, []edit{e}, s.by(v, "page", 0))
		if err != nil {
			return err
		}
		// Names of fields, never what stands in them: the audit log outlives an erasure.
		web.Note(ctx, web.Change{Object: "customer:" + c.ID.String(), After: map[string]any{"fields": namesOf(outcomes[0])}})
		if err := s.live.Publish(ctx, tx, v.Corp, slug, c.ID.String()); err != nil {
			return err
		}
		p, err = s.profile(ctx, tx, v, c)
		return err
	})
	return p, err
}

func namesOf(changes []change) []string {
	names := []string{}
	for _, c := range changes {
		names = append(names, c.Name)
	}
	return names
}

// editOf checks what somebody filled in: each field may be his to fill in, fits its kind,
// and nothing required that is his to fill in is left empty.
func (s *service) editOf(ctx context.Context, q db.Querier, v viewer.Viewer, fields []Field, given []Value, has map[id.ID][]cell, group []string) (edit, error) {
	var check fault.Check
	e := edit{wants: map[id.ID][]cell{}}
	for _, g := range given {
		f, err := fieldIn(fields, g.Field)
		at := "values." + g.Field.String()
		if err != nil || !f.seenBy(v) || f.Archived {
			check.That(false, at, "没有这个字段，或已停用")
			continue
		}
		check.That(f.filledBy(v), at, "您不能修改「"+f.Name+"」")
		had := has[f.ID]
		if f.Kind == Phone && slices.Equal(g.Values, viewer.MaskPhones(textsOf(had))) {
			continue // sent back as it was shown
		}
		cells, wrong := f.cellsOf(g.Values, had)
		check.That(wrong.None(), at, inForm(wrong))
		e.wants[f.ID] = cells
		if f.Kind == File && wrong.None() {
			ok, err := ownFiles(ctx, q, v.Corp, f, cells, group)
			if err != nil {
				return e, err
			}
			check.That(ok, at, "文件不存在，请重新上传")
		}
	}
	for _, f := range fields {
		cells, changed := e.wants[f.ID]
		if !changed {
			cells = has[f.ID]
		}
		check.That(!f.Required || !fills(v, f) || len(cells) > 0, "values."+f.ID.String(), "请填写「"+f.Name+"」")
	}
	return e, check.Err()
}

// ownFiles tells whether files were uploaded for this field of one of these records.
func ownFiles(ctx context.Context, q db.Querier, corp string, f Field, cells []cell, group []string) (bool, error) {
	for _, c := range cells {
		file, named := fileNamed(c.Text)
		if !named {
			return false, nil
		}
		var customers []string
		err := q.NewRaw(`SELECT customer FROM profile_file WHERE id = ? AND corp_id = ? AND field_id = ?`, file, corp, f.ID).Scan(ctx, &customers)
		if err != nil {
			return false, err
		}
		if len(customers) == 0 || !slices.Contains(group, customers[0]) {
			return false, nil
		}
	}
	return true, nil
}

// fileNamed is the file that a value names, if it names one at all.
func fileNamed(text string) (id.ID, bool) {
	file, err := id.Parse(text)
	return file, err == nil
}
