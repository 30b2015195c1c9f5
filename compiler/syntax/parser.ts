import type { CstNode, IToken } from 'chevrotain';
import { RecoveringParser } from './recovery.js';
import * as t from './tokens.js';
import { syntaxMessages } from './syntax-messages.js';

/**
 * The grammar of a .proto-frame text (shared with language.md section 2), and nothing else: what it reads comes
 * out as a concrete syntax tree, also after errors. build-ast.ts makes the syntax tree of it.
 *
 * At most two tokens of look-ahead decide everywhere: `size : u8;` is a field because of the colon.
 */
export class SchemaParser extends RecoveringParser {
  /** @param validate let Chevrotain check the grammar itself for ambiguities; slow, for the tests */
  constructor(validate = false) {
    super(t.allTokens, {
      recoveryEnabled: true,
      // Two where it says MAX_LOOKAHEAD: each more costs time at every start.
      maxLookahead: 1,
      nodeLocationTracking: 'onlyOffset',
      errorMessageProvider: syntaxMessages,
      skipValidations: !validate,
    });
    this.performSelfAnalysis();
  }

  /** Reads a whole file; the errors are in `errors` afterwards. Undefined if there is nothing to give. */
  read(text: string, tokens: IToken[]): CstNode | undefined {
    this.start(text, tokens);
    return this.file();
  }

  // ---- file and declarations

  readonly file = this.RULE('file', () => {
    this.MANY(() => this.SUBRULE(this.topItem));
  });

  private readonly topItem = this.RULE('topItem', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.use) },
      { ALT: () => this.SUBRULE(this.protocol) },
      { ALT: () => this.SUBRULE(this.constant) },
      { ALT: () => this.SUBRULE(this.enumeration) },
      { ALT: () => this.SUBRULE(this.struct) },
      { ALT: () => this.SUBRULE(this.extern) },
    ]);
  });

  private readonly use = this.RULE('use', () => {
    this.CONSUME(t.Use);
    this.CONSUME(t.TextLiteral);
    this.OPTION(() => {
      this.CONSUME(t.As);
      this.CONSUME(t.Name);
    });
    this.CONSUME(t.Semicolon);
  });

  private readonly protocol = this.RULE('protocol', () => {
    this.CONSUME(t.Protocol);
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(t.Extends);
      this.CONSUME2(t.Name, { LABEL: 'base' });
    });
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.protocolItem));
    this.CONSUME(t.RightBrace);
  });

  private readonly protocolItem = this.RULE('protocolItem', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.constant) },
      { ALT: () => this.SUBRULE(this.enumeration) },
      { ALT: () => this.SUBRULE(this.struct) },
      { ALT: () => this.SUBRULE(this.extern) },
      { ALT: () => this.SUBRULE(this.frame) },
      { ALT: () => this.SUBRULE(this.limits) },
      { ALT: () => this.SUBRULE(this.matchDeclaration) },
      { ALT: () => this.SUBRULE(this.semantics) },
      { ALT: () => this.SUBRULE(this.statusMap) },
      { ALT: () => this.SUBRULE(this.synth) },
      { ALT: () => this.SUBRULE(this.connection) },
      { ALT: () => this.SUBRULE(this.setting) },
    ]);
  });

  private readonly setting = this.RULE('setting', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Identifier) },
      { ALT: () => this.CONSUME(t.Endian, { LABEL: 'Identifier' }) },
    ]);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.argument) });
    this.CONSUME(t.Semicolon);
  });

  private readonly limits = this.RULE('limits', () => {
    this.CONSUME(t.LimitsWord);
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.assignment));
    this.CONSUME(t.RightBrace);
  });

  /** `name = expr;` */
  private readonly assignment = this.RULE('assignment', () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Assign);
    this.SUBRULE(this.expression);
    this.CONSUME(t.Semicolon);
  });

  private readonly constant = this.RULE('constant', () => {
    this.CONSUME(t.Const);
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(t.Colon);
      this.SUBRULE(this.type);
    });
    this.CONSUME(t.Assign);
    this.SUBRULE(this.expression);
    this.CONSUME(t.Semicolon);
  });

  private readonly enumeration = this.RULE('enumeration', () => {
    this.OPTION(() => this.CONSUME(t.Open));
    this.OR([{ ALT: () => this.CONSUME(t.Enum) }, { ALT: () => this.CONSUME(t.Flags) }]);
    this.CONSUME(t.Name);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
    this.CONSUME(t.LeftBrace);
    this.SUBRULE(this.enumMember);
    this.MANY({
      MAX_LOOKAHEAD: 2,
      DEF: () => {
        this.CONSUME(t.Comma);
        this.SUBRULE2(this.enumMember);
      },
    });
    this.OPTION2(() => this.CONSUME2(t.Comma));
    this.CONSUME(t.RightBrace);
  });

  private readonly enumMember = this.RULE('enumMember', () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Assign);
    this.SUBRULE(this.expression);
  });

  private readonly struct = this.RULE('struct', () => {
    this.OPTION(() => this.CONSUME(t.Recursive));
    this.CONSUME(t.Struct);
    this.CONSUME(t.Name);
    this.OPTION2(() => this.SUBRULE(this.params));
    this.SUBRULE(this.block);
  });

  private readonly params = this.RULE('params', () => {
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.param) });
    this.CONSUME(t.RightParen);
  });

  private readonly param = this.RULE('param', () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
  });

  private readonly extern = this.RULE('extern', () => {
    this.CONSUME(t.Extern);
    this.OR({
      DEF: [
        { ALT: () => this.CONSUME(t.TypeWord, { LABEL: 'sort' }) },
        { ALT: () => this.CONSUME(t.Codec, { LABEL: 'sort' }) },
        { ALT: () => this.CONSUME(t.Fn, { LABEL: 'sort' }) },
      ],
      ERR_MSG: '`type`, `codec` or `fn`',
    });
    this.CONSUME(t.Name);
    this.OPTION(() => this.SUBRULE(this.params));
    this.OPTION2(() => {
      this.CONSUME(t.FatArrow);
      this.SUBRULE(this.type);
    });
    this.CONSUME(t.From);
    this.CONSUME(t.TextLiteral);
    this.CONSUME(t.Semicolon);
  });

  private readonly frame = this.RULE('frame', () => {
    this.CONSUME(t.Frame);
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(t.From);
      this.CONSUME2(t.Name, { LABEL: 'side' });
    });
    this.OPTION2(() => {
      this.CONSUME(t.When);
      this.SUBRULE(this.expression);
    });
    this.SUBRULE(this.block);
  });

  // ---- layout

  private readonly block = this.RULE('block', () => {
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.member));
    this.CONSUME(t.RightBrace);
  });

  private readonly member = this.RULE('member', () => {
    this.OR({
      DEF: [
        { ALT: () => this.SUBRULE(this.field) },
        { ALT: () => this.SUBRULE(this.bits) },
        { ALT: () => this.SUBRULE(this.record) },
        { ALT: () => this.SUBRULE(this.conditional) },
        { ALT: () => this.SUBRULE(this.variant) },
        { ALT: () => this.SUBRULE(this.within) },
        { ALT: () => this.SUBRULE(this.binding) },
        { ALT: () => this.SUBRULE(this.assertion) },
        { ALT: () => this.SUBRULE(this.pad) },
        { ALT: () => this.SUBRULE(this.byteOrder) },
      ],
      ERR_MSG: 'a field',
      MAX_LOOKAHEAD: 2,
    });
  });

  private readonly field = this.RULE('field', () => {
    this.MANY(() => this.SUBRULE(this.annotation));
    // Apart, so that a word that can be nothing but a field's name is read as one even without its colon.
    this.OR({
      DEF: [
        { ALT: () => this.CONSUME(t.Identifier, { LABEL: 'Name' }) },
        { ALT: () => this.CONSUME(t.Keyword, { LABEL: 'Name' }) },
      ],
      ERR_MSG: 'the name of a field',
    });
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => this.SUBRULE(this.extent));
    this.MANY2(() => this.SUBRULE(this.attribute));
    this.OPTION2(() => {
      this.CONSUME(t.Assign);
      this.SUBRULE(this.expression);
    });
    this.CONSUME(t.Semicolon);
  });

  private readonly annotation = this.RULE('annotation', () => {
    this.CONSUME(t.At);
    this.CONSUME(t.Name);
    this.OPTION(() => this.SUBRULE(this.args));
  });

  private readonly type = this.RULE('type', () => {
    this.OR({
      DEF: [
        { ALT: () => this.CONSUME(t.Bytes) },
        {
          ALT: () => {
            this.CONSUME(t.Text);
            this.OPTION(() => this.CONSUME(t.Identifier, { LABEL: 'encoding' }));
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.List);
            this.CONSUME(t.Of);
            this.SUBRULE(this.element);
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.MapWord);
            this.CONSUME2(t.Of);
            this.SUBRULE2(this.element);
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.TypeName, { LABEL: 'path' });
            this.MANY(() => {
              this.CONSUME(t.Dot);
              this.CONSUME(t.Name, { LABEL: 'path' });
            });
            this.OPTION2(() => this.SUBRULE(this.typeArgs));
          },
        },
      ],
      ERR_MSG: 'a type',
    });
  });

  private readonly element = this.RULE('element', () => {
    this.OR({
      DEF: [
        {
          ALT: () => {
            this.CONSUME(t.LeftParen);
            this.SUBRULE(this.type);
            this.OPTION(() => this.SUBRULE(this.extent));
            this.MANY(() => this.SUBRULE(this.attribute));
            this.CONSUME(t.RightParen);
          },
        },
        { ALT: () => this.SUBRULE2(this.type) },
      ],
      ERR_MSG: 'the type of the elements',
    });
  });

  private readonly extent = this.RULE('extent', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Size);
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Count);
          this.SUBRULE2(this.expression);
        },
      },
      { ALT: () => this.CONSUME(t.Rest) },
      {
        ALT: () => {
          this.CONSUME(t.Until);
          this.SUBRULE3(this.expression);
        },
      },
    ]);
  });

  private readonly attribute = this.RULE('attribute', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Max);
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Default);
          this.SUBRULE2(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.In);
          this.SUBRULE3(this.expression);
          this.CONSUME(t.DotDot);
          this.SUBRULE4(this.expression);
        },
      },
      { ALT: () => this.CONSUME(t.Nullable) },
      {
        ALT: () => {
          this.CONSUME(t.Checksum);
          this.SUBRULE5(this.expression);
          this.CONSUME(t.Over);
          this.CONSUME(t.Name, { LABEL: 'from' });
          this.CONSUME2(t.DotDot);
          this.CONSUME2(t.Name, { LABEL: 'to' });
        },
      },
    ]);
  });

  private readonly bits = this.RULE('bits', () => {
    this.CONSUME(t.BitsWord);
    this.SUBRULE(this.type);
    this.OPTION(() => this.CONSUME(t.Name));
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.bitField));
    this.CONSUME(t.RightBrace);
  });

  private readonly bitField = this.RULE('bitField', () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Colon);
    this.CONSUME(t.Int);
    this.OPTION(() => {
      this.CONSUME(t.As);
      this.SUBRULE(this.type);
    });
    this.MANY(() => this.SUBRULE(this.attribute));
    this.OPTION2(() => {
      this.CONSUME(t.Assign);
      this.SUBRULE(this.expression);
    });
    this.CONSUME(t.Semicolon);
  });

  private readonly record = this.RULE('record', () => {
    this.CONSUME(t.RecordWord);
    this.SUBRULE(this.type);
    this.OPTION(() => {
      this.CONSUME(t.As);
      this.CONSUME(t.Name);
    });
    this.SUBRULE(this.entries);
  });

  private readonly entries = this.RULE('entries', () => {
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.entry));
    this.CONSUME(t.RightBrace);
  });

  private readonly entry = this.RULE('entry', () => {
    this.CONSUME(t.Int);
    this.CONSUME(t.Name);
    this.OR({
      DEF: [
        {
          ALT: () => {
            this.CONSUME(t.Colon);
            this.CONSUME2(t.Name, { LABEL: 'holds' });
            this.MANY(() => this.SUBRULE(this.attribute));
            this.CONSUME(t.Semicolon);
          },
        },
        { ALT: () => this.SUBRULE(this.entries) },
      ],
      ERR_MSG: '`:` and what it holds, or the entries of a record between braces',
    });
  });

  private readonly conditional = this.RULE('conditional', () => {
    this.SUBRULE(this.branch);
    this.MANY({
      MAX_LOOKAHEAD: 2,
      DEF: () => {
        this.CONSUME(t.Else);
        this.SUBRULE2(this.branch);
      },
    });
    this.OPTION(() => {
      this.CONSUME2(t.Else);
      this.SUBRULE(this.block);
    });
  });

  private readonly branch = this.RULE('branch', () => {
    this.CONSUME(t.If);
    this.CONSUME(t.LeftParen);
    this.SUBRULE(this.expression);
    this.CONSUME(t.RightParen);
    this.SUBRULE(this.block);
  });

  private readonly variant = this.RULE('variant', () => {
    this.CONSUME(t.VariantWord);
    this.OPTION(() => this.CONSUME(t.Name));
    this.CONSUME(t.LeftParen);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
    this.CONSUME(t.RightParen);
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.arm));
    this.CONSUME(t.RightBrace);
  });

  private readonly arm = this.RULE('arm', () => {
    this.SUBRULE(this.patterns);
    this.CONSUME(t.FatArrow);
    this.OPTION(() => this.CONSUME(t.Name));
    this.OR({
      DEF: [{ ALT: () => this.SUBRULE(this.block) }, { ALT: () => this.CONSUME(t.Semicolon) }],
      ERR_MSG: 'the fields of this arm between braces, or `;`',
    });
  });

  private readonly patterns = this.RULE('patterns', () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Bar, DEF: () => this.SUBRULE(this.pattern) });
  });

  private readonly pattern = this.RULE('pattern', () => {
    this.OR({
      DEF: [
        {
          ALT: () => {
            this.CONSUME(t.LeftParen);
            this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.patterns) });
            this.CONSUME(t.RightParen);
          },
        },
        {
          ALT: () => {
            this.SUBRULE(this.literal);
            this.OPTION(() => {
              this.CONSUME(t.DotDot);
              this.SUBRULE2(this.literal);
            });
          },
        },
      ],
      ERR_MSG: 'a pattern (a literal, a range, `_`)',
    });
  });

  /** What a pattern or a status map compares with: a number, a text, or a name. */
  private readonly literal = this.RULE('literal', () => {
    this.OR({
      DEF: [
        {
          ALT: () => {
            this.OPTION(() => this.CONSUME(t.Minus));
            this.CONSUME(t.Int);
          },
        },
        { ALT: () => this.CONSUME(t.TextLiteral) },
        { ALT: () => this.CONSUME(t.True) },
        { ALT: () => this.CONSUME(t.False) },
        { ALT: () => this.CONSUME(t.Null) },
        {
          ALT: () => {
            this.CONSUME(t.ValueName);
            this.MANY(() => {
              this.CONSUME(t.Dot);
              this.CONSUME(t.Name);
            });
          },
        },
      ],
      ERR_MSG: 'a literal (a number, a text, a name)',
    });
  });

  private readonly within = this.RULE('within', () => {
    this.CONSUME(t.WithinWord);
    this.CONSUME(t.LeftParen);
    this.SUBRULE(this.expression, { LABEL: 'size' });
    this.CONSUME(t.RightParen);
    this.MANY(() => this.SUBRULE(this.attribute));
    this.OPTION(() => {
      this.CONSUME(t.As);
      this.CONSUME(t.Name);
    });
    this.OPTION2(() => {
      this.CONSUME(t.Codec);
      this.SUBRULE2(this.expression, { LABEL: 'codec' });
    });
    this.SUBRULE(this.block);
  });

  private readonly binding = this.RULE('binding', () => {
    this.CONSUME(t.Let);
    this.CONSUME(t.Name);
    this.CONSUME(t.Assign);
    this.SUBRULE(this.expression);
    this.CONSUME(t.Semicolon);
  });

  private readonly assertion = this.RULE('assertion', () => {
    this.CONSUME(t.Assert);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(t.Else);
      this.CONSUME(t.TextLiteral);
    });
    this.CONSUME(t.Semicolon);
  });

  private readonly pad = this.RULE('pad', () => {
    this.CONSUME(t.Pad);
    this.OR({
      DEF: [
        { ALT: () => this.CONSUME(t.Align, { LABEL: 'mode' }) },
        { ALT: () => this.CONSUME(t.Size, { LABEL: 'mode' }) },
      ],
      ERR_MSG: '`align` or `size`',
    });
    this.SUBRULE(this.expression);
    this.CONSUME(t.Semicolon);
  });

  /** `endian little if flags.little;` */
  private readonly byteOrder = this.RULE('byteOrder', () => {
    this.CONSUME(t.Endian);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.If);
    this.SUBRULE(this.expression);
    this.CONSUME(t.Semicolon);
  });

  // ---- meaning

  private readonly matchDeclaration = this.RULE('matchDeclaration', () => {
    this.CONSUME(t.Match);
    this.OPTION(() => {
      this.CONSUME(t.From);
      this.CONSUME(t.Name);
    });
    this.CONSUME(t.LeftBrace);
    this.MANY(() => {
      this.SUBRULE(this.expression);
      this.CONSUME(t.Semicolon);
    });
    this.CONSUME(t.RightBrace);
  });

  private readonly semantics = this.RULE('semantics', () => {
    this.CONSUME(t.SemanticsWord);
    this.OPTION(() => this.CONSUME(t.Name));
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.role));
    this.CONSUME(t.RightBrace);
  });

  private readonly role = this.RULE('role', () => {
    this.CONSUME(t.Name);
    this.OR({
      DEF: [
        { ALT: () => this.CONSUME(t.Assign, { LABEL: 'form' }) },
        { ALT: () => this.CONSUME(t.When, { LABEL: 'form' }) },
      ],
      ERR_MSG: '`=` and a value, or `when` and a condition,',
    });
    this.SUBRULE(this.expression);
    this.CONSUME(t.Semicolon);
  });

  private readonly statusMap = this.RULE('statusMap', () => {
    this.CONSUME(t.Status);
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.statusEntry));
    this.CONSUME(t.RightBrace);
  });

  private readonly statusEntry = this.RULE('statusEntry', () => {
    this.SUBRULE(this.literals, { LABEL: 'wire' });
    this.OR({
      DEF: [
        { ALT: () => this.CONSUME(t.BothWays, { LABEL: 'direction' }) },
        { ALT: () => this.CONSUME(t.FatArrow, { LABEL: 'direction' }) },
        { ALT: () => this.CONSUME(t.LessEqual, { LABEL: 'direction' }) },
      ],
      ERR_MSG: '`<=>`, `=>` or `<=`',
    });
    this.SUBRULE2(this.literals, { LABEL: 'canonical' });
    this.CONSUME(t.Semicolon);
  });

  private readonly literals = this.RULE('literals', () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Bar, DEF: () => this.SUBRULE(this.literal) });
  });

  private readonly synth = this.RULE('synth', () => {
    this.CONSUME(t.SynthWord);
    this.CONSUME(t.Name);
    this.OR({
      DEF: [
        { ALT: () => this.CONSUME(t.None) },
        {
          ALT: () => {
            this.SUBRULE(this.params);
            this.CONSUME(t.Assign);
            this.SUBRULE(this.value);
          },
        },
      ],
      ERR_MSG: 'the parameters in parentheses, or `none`',
    });
    this.CONSUME(t.Semicolon);
  });

  private readonly value = this.RULE('value', () => {
    this.OR({
      DEF: [
        { ALT: () => this.SUBRULE(this.structLiteral) },
        { ALT: () => this.SUBRULE(this.listLiteral) },
        { ALT: () => this.SUBRULE(this.expression) },
      ],
      ERR_MSG: 'a value',
      MAX_LOOKAHEAD: 2,
    });
  });

  private readonly structLiteral = this.RULE('structLiteral', () => {
    this.CONSUME(t.ValueName);
    this.CONSUME(t.LeftBrace);
    this.OPTION(() => {
      this.SUBRULE(this.fieldValue);
      this.MANY({
        MAX_LOOKAHEAD: 2,
        DEF: () => {
          this.CONSUME(t.Comma);
          this.SUBRULE2(this.fieldValue);
        },
      });
      this.OPTION2(() => this.CONSUME2(t.Comma));
    });
    this.CONSUME(t.RightBrace);
  });

  private readonly fieldValue = this.RULE('fieldValue', () => {
    this.OR([{ ALT: () => this.CONSUME(t.Name) }, { ALT: () => this.CONSUME(t.TextLiteral) }]);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.value);
  });

  private readonly listLiteral = this.RULE('listLiteral', () => {
    this.CONSUME(t.LeftBracket);
    this.OPTION(() => {
      this.SUBRULE(this.value);
      this.MANY({
        MAX_LOOKAHEAD: 2,
        DEF: () => {
          this.CONSUME(t.Comma);
          this.SUBRULE2(this.value);
        },
      });
      this.OPTION2(() => this.CONSUME2(t.Comma));
    });
    this.CONSUME(t.RightBracket);
  });

  private readonly connection = this.RULE('connection', () => {
    this.CONSUME(t.ConnectionWord);
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.connectionItem));
    this.CONSUME(t.RightBrace);
  });

  private readonly connectionItem = this.RULE('connectionItem', () => {
    this.OR({
      DEF: [
        { ALT: () => this.SUBRULE(this.connectionVariable) },
        { ALT: () => this.SUBRULE(this.phase) },
        { ALT: () => this.SUBRULE(this.connectionRule) },
      ],
      ERR_MSG: '`let`, `phase` or `when`',
    });
  });

  private readonly connectionVariable = this.RULE('connectionVariable', () => {
    this.CONSUME(t.Let);
    this.CONSUME(t.Name);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
    this.OPTION(() => {
      this.CONSUME(t.Assign);
      this.SUBRULE(this.expression);
    });
    this.CONSUME(t.Semicolon);
  });

  private readonly phase = this.RULE('phase', () => {
    this.CONSUME(t.PhaseWord);
    this.CONSUME(t.Name);
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.phaseRule));
    this.CONSUME(t.RightBrace);
  });

  /** `client: Hello | Ping when conn.ready => open;` */
  private readonly phaseRule = this.RULE('phaseRule', () => {
    this.CONSUME(t.Name, { LABEL: 'side' });
    this.CONSUME(t.Colon);
    this.AT_LEAST_ONE_SEP({
      SEP: t.Bar,
      DEF: () => this.CONSUME2(t.Name, { LABEL: 'frames' }),
    });
    this.OPTION(() => {
      this.CONSUME(t.When);
      this.SUBRULE(this.expression);
    });
    this.OPTION2(() => {
      this.CONSUME(t.FatArrow);
      this.CONSUME3(t.Name, { LABEL: 'next' });
    });
    this.CONSUME(t.Semicolon);
  });

  private readonly connectionRule = this.RULE('connectionRule', () => {
    this.CONSUME(t.When);
    this.CONSUME(t.Name);
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.assignment));
    this.CONSUME(t.RightBrace);
  });

  // ---- expressions: a flat row of operands and operators; precedence.ts says which binds tighter

  private readonly expression = this.RULE('expression', () => {
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(t.BinaryOperator);
      this.SUBRULE2(this.operand);
    });
  });

  private readonly operand = this.RULE('operand', () => {
    this.MANY(() => this.CONSUME(t.PrefixOperator));
    this.SUBRULE(this.primary);
    this.MANY2(() => this.SUBRULE(this.postfix));
  });

  private readonly primary = this.RULE('primary', () => {
    this.OR({
      DEF: [
        { ALT: () => this.CONSUME(t.ValueName) },
        { ALT: () => this.CONSUME(t.Int) },
        { ALT: () => this.CONSUME(t.Float) },
        { ALT: () => this.CONSUME(t.TextLiteral) },
        { ALT: () => this.CONSUME(t.True) },
        { ALT: () => this.CONSUME(t.False) },
        { ALT: () => this.CONSUME(t.Null) },
        { ALT: () => this.SUBRULE(this.matchExpression) },
        {
          ALT: () => {
            this.CONSUME(t.LeftParen);
            this.SUBRULE(this.expression);
            this.CONSUME(t.RightParen);
          },
        },
      ],
      ERR_MSG: 'an expression',
    });
  });

  private readonly postfix = this.RULE('postfix', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Dot);
          this.CONSUME(t.Name);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LeftBracket);
          this.SUBRULE(this.expression);
          this.CONSUME(t.RightBracket);
        },
      },
      { ALT: () => this.SUBRULE(this.args) },
    ]);
  });

  private readonly args = this.RULE('args', () => {
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.argument) });
    this.CONSUME(t.RightParen);
  });

  /** `(u16)`, `(varint(leb128))`, and with where digits end: `(dec(u16) until ":")`. */
  private readonly typeArgs = this.RULE('typeArgs', () => {
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.argument) });
    this.OPTION(() => this.SUBRULE(this.extent));
    this.CONSUME(t.RightParen);
  });

  /** A value, or a range as in `bytes(magic..length)` and `reserve 1..9`. */
  private readonly argument = this.RULE('argument', () => {
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(t.DotDot);
      this.SUBRULE2(this.expression);
    });
  });

  private readonly matchExpression = this.RULE('matchExpression', () => {
    this.CONSUME(t.Match);
    this.CONSUME(t.LeftParen);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
    this.CONSUME(t.RightParen);
    this.CONSUME(t.LeftBrace);
    this.SUBRULE(this.matchArm);
    this.MANY({
      MAX_LOOKAHEAD: 2,
      DEF: () => {
        this.CONSUME2(t.Comma);
        this.SUBRULE2(this.matchArm);
      },
    });
    this.OPTION(() => this.CONSUME3(t.Comma));
    this.CONSUME(t.RightBrace);
  });

  private readonly matchArm = this.RULE('matchArm', () => {
    this.SUBRULE(this.patterns);
    this.CONSUME(t.FatArrow);
    this.SUBRULE(this.expression);
  });
}
