import type { components } from '@/api/schema';

export type FieldView = components['schemas']['ProfileFieldView'];
export type FieldForm = components['schemas']['ProfileForm'];
export type Filled = components['schemas']['ProfileFilled'];
export type Profile = components['schemas']['ProfileProfile'];
export type FileView = components['schemas']['ProfileFileView'];
export type Kind = FieldView['kind'];
export type PersonRecord = components['schemas']['ProfileRecord'];

export const kinds: readonly Kind[] = [
  'text',
  'number',
  'date',
  'choice',
  'multi',
  'phone',
  'address',
  'file',
];

/** Fields in their order, parted by section. */
export function bySection<F extends { section: string }>(
  fields: readonly F[],
): { name: string; fields: F[] }[] {
  const parts: { name: string; fields: F[] }[] = [];
  for (const field of fields) {
    const part = parts.find((one) => one.name === field.section);
    if (part) part.fields.push(field);
    else parts.push({ name: field.section, fields: [field] });
  }
  return parts;
}

/** Values as people read them; files are shown apart. */
export function valueWords(field: Filled, comma: string): string {
  const words = field.values.map((value) => field.options.find((o) => o.key === value)?.name ?? value);
  const text = words.join(comma);
  return text && field.unit ? `${text} ${field.unit}` : text;
}
