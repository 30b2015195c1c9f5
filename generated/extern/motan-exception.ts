// Copied from motan-exception.ts beside the schema. Do not edit.
/**
 * An error as Motan clients expect it in the metadata `M_e`: a JSON object with code, text and type, the type 0
 * for errors of the framework (com.weibo.api.motan.util.ExceptionUtil).
 */
export function motanException(code: number, text: string): string {
  return JSON.stringify({ errcode: code, errmsg: text, errtype: 0 });
}
