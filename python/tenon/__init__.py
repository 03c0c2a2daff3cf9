"""tenon from Python: `tenon.backend` is an ONNX backend that compiles a model to C and runs that."""
