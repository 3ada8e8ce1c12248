/**
 * What a picker is called for who cannot see it: the label it was given; in a Field, which gives an id, nothing of
 * its own, so that the Field's label counts; else what it does.
 */
export function pickerLabel(picker: { label?: string; id?: string }, verb: string): string | undefined {
  return picker.label ?? (picker.id === undefined ? verb : undefined);
}
