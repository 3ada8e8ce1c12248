import { configure } from '@testing-library/react';

// A waiting test ends as soon as its condition holds; the limit is only for machines that do ten things at once.
configure({ asyncUtilTimeout: 15_000, getElementError: (message) => new Error(message ?? 'not found') });
