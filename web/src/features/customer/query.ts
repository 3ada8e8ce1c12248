/** The filters as the server wants them. */
export interface ListQuery {
  q?: string;
  member?: string[];
  department?: number[];
  tag?: string[];
  tagMode?: 'any' | 'all' | 'none';
  from?: string;
  to?: string;
  standing?: 'open' | 'half' | 'lost' | 'deleted' | 'gone' | 'handed' | 'all';
  addWay?: number;
}
