package web

import "reflect"

// fillerFor returns a function that replaces nil slices by empty ones throughout a value
// of type t, so that the browser may rely on lists being lists. It does nothing, at no
// cost, for types that hold no slice.
func fillerFor(t reflect.Type) func(reflect.Value) {
	if !holdsSlice(t, map[reflect.Type]bool{}) {
		return func(reflect.Value) {}
	}
	return fill
}

func holdsSlice(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Slice:
		return t.Elem().Kind() != reflect.Uint8
	case reflect.Pointer, reflect.Array, reflect.Map:
		return holdsSlice(t.Elem(), seen)
	case reflect.Interface:
		return true
	case reflect.Struct:
		for field := range t.Fields() {
			if field.IsExported() && holdsSlice(field.Type, seen) {
				return true
			}
		}
	}
	return false
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fill(v.Elem())
		}
	case reflect.Interface:
		// What lies directly in an interface cannot be set; what it points to can.
		if !v.IsNil() && v.Elem().Kind() == reflect.Pointer {
			fill(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.Slice:
		fillSlice(v)
	case reflect.Map:
		fillMap(v)
	}
}

func fillSlice(v reflect.Value) {
	elem := v.Type().Elem().Kind()
	switch {
	case elem == reflect.Uint8: // bytes are written as text
	case v.IsNil():
		if v.CanSet() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
	case elem > reflect.Invalid && elem <= reflect.Complex128, elem == reflect.String: // hold nothing
	default:
		for i := range v.Len() {
			fill(v.Index(i))
		}
	}
}

// fillMap replaces values, which cannot be changed in place.
func fillMap(v reflect.Value) {
	if v.IsNil() || !holdsSlice(v.Type().Elem(), map[reflect.Type]bool{}) {
		return
	}
	for _, key := range v.MapKeys() {
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(v.MapIndex(key))
		fill(value)
		v.SetMapIndex(key, value)
	}
}
