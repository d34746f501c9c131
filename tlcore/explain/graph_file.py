"""A LiteRT file taken apart by the schema of its format: operations, shapes and constants."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Shape = tuple[int, ...]
NONE = "NONE"


@dataclass(frozen=True)
class Operation:
    kind: str
    """As the format calls it, such as FULLY_CONNECTED."""
    inputs: tuple[int, ...]
    """Numbers of tensors; negative for one that is left out."""
    outputs: tuple[int, ...]
    fused: str
    """The activation that is applied to the result, or NONE."""
    options: dict[str, Any]


class GraphFile:
    """A graph of one input and one output. Raises ValueError for a file that is none."""

    def __init__(self, file: Path) -> None:
        from ai_edge_litert import schema_py_generated as schema

        # Not bytes: the schema hands out views of it, which can then be written to.
        self._content = bytearray(file.read_bytes())
        if not schema.Model.ModelBufferHasIdentifier(self._content, 0):
            raise ValueError(f"{file.name} is no LiteRT graph")
        self._schema = schema
        self._model = schema.Model.GetRootAs(self._content, 0)
        self._graph = self._model.Subgraphs(0)
        self.source, self.target = int(self._graph.Inputs(0)), int(self._graph.Outputs(0))

    @cached_property
    def operations(self) -> list[Operation]:
        """In the order in which they run."""
        return [
            self._operation(self._schema.OperatorT.InitFromObj(self._graph.Operators(number)))
            for number in range(self._graph.OperatorsLength())
        ]

    def _operation(self, operator: Any) -> Operation:
        code = self._model.OperatorCodes(operator.opcodeIndex)
        options = vars(operator.builtinOptions) if operator.builtinOptions else {}
        return Operation(
            # Small numbers stand in the old field, large ones in the new.
            _name(self._schema.BuiltinOperator, max(code.BuiltinCode(), code.DeprecatedBuiltinCode())),
            tuple(int(number) for number in operator.inputs) if operator.inputs is not None else (),
            tuple(int(number) for number in operator.outputs) if operator.outputs is not None else (),
            _name(self._schema.ActivationFunctionType, options.get("fusedActivationFunction", 0)),
            options,
        )

    def shape(self, tensor: int) -> Shape:
        """For one picture."""
        found = self._graph.Tensors(tensor)
        return tuple(int(n) for n in found.ShapeAsNumpy()) if found.ShapeLength() else ()

    def is_computed(self, tensor: int) -> bool:
        """Whether it holds numbers or choices that come from the input: neither a constant nor a shape."""
        if tensor < 0:
            return False
        types = (self._schema.TensorType.FLOAT32, self._schema.TensorType.BOOL)
        is_number = self._graph.Tensors(tensor).Type() in types
        return bool(is_number and not self._buffer(tensor).DataLength())

    def constant(self, tensor: int) -> npt.NDArray[Any] | None:
        """None for one that is left out, or computed, as a shape may be."""
        if tensor < 0 or not self._buffer(tensor).DataLength():
            return None
        types = {self._schema.TensorType.FLOAT32: np.float32, self._schema.TensorType.INT32: np.int32}
        kind = types.get(self._graph.Tensors(tensor).Type())
        if kind is None:
            return None
        values = self._buffer(tensor).DataAsNumpy().view(kind).reshape(self.shape(tensor))
        # A view would keep the whole file in memory.
        return values.copy()  # type: ignore[no-any-return]

    def ending_at(self, tensor: int) -> bytes:
        """The same graph, which gives this tensor."""
        outputs = self._graph.OutputsAsNumpy()
        try:
            outputs[0] = tensor
            return bytes(self._content)
        finally:
            outputs[0] = self.target

    def _buffer(self, tensor: int) -> Any:
        return self._model.Buffers(self._graph.Tensors(tensor).Buffer())


def _name(names: type, number: int) -> str:
    return next((name for name, value in vars(names).items() if value == number), str(number))
